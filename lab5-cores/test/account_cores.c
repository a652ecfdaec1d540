/* An account at its limit under four cores (5.0: 3.5). A1 and A4 are those of account.h. */
#include "../../lab3-shares/test/share_test.h"
#include "core.h"
#include "interleave.h"
#include "jostle.h"

#define ROUNDS  60
#define PORTION 3000                       /* bytes at most: the last one to fit seldom ends at the limit */
#define LIMIT   (2 * ACCOUNT_BATCH + 1234) /* less than a batch a core, so that budgets are always taken back */

static struct account *account;
static uint64_t held;    /* atomic: bytes that all cores have charged, at least */
static uint64_t arrived; /* atomic */

static int
take(uint64_t bytes, uint64_t *mine)
{
    int error = account_charge(account, bytes);
    if (error == 0) {
        check(__atomic_add_fetch(&held, bytes, __ATOMIC_RELAXED) <= LIMIT);
        *mine += bytes;
    }
    return error;
}

static void
give(uint64_t bytes, uint64_t *mine)
{
    __atomic_sub_fetch(&held, bytes, __ATOMIC_RELAXED); /* before: so that it never counts too much */
    account_refund(account, bytes);
    *mine -= bytes;
}

static void
meet(uint64_t *meetings)
{
    __atomic_add_fetch(&arrived, 1, __ATOMIC_RELEASE); /* partner: test_wait_for */
    test_wait_for(&arrived, ++*meetings * core_count);
}

static void
spend_all(uint32_t index, __attribute__((unused)) void *argument)
{
    uint64_t mine = 0, meetings = 0, random = index;
    for (unsigned round = 0; round < ROUNDS; round++) {
        int error = take(ACCOUNT_BATCH / 2 + jostle_random(&random) % PORTION, &mine);
        check(error == 0 || error == E_NOMEM);
        if (error < 0 || jostle_random(&random) % 4 == 0)
            give(jostle_random(&random) % (mine + 1), &mine);
    }
    meet(&meetings);
    if (index == 0) { /* nobody else charges: what is left can be had to the byte */
        uint64_t left = LIMIT - held;
        check_equal(E_NOMEM, take(left + 1, &mine));
        check_equal(0, take(left, &mine));
        check_equal(LIMIT, held);
        check_equal(LIMIT, account_used(account));
        check_equal(E_NOMEM, take(1, &mine));
    }
    meet(&meetings);
    give(mine, &mine);
}

/* Four cores charge and give back at the limit: together they never have more than it, and what none of them has is
 * there for whoever asks. */
TEST(account_cores_limit)
{
    struct share_books before = share_books_take();
    check_equal(4, core_count);
    check_equal(0, account_create(account_root, LIMIT, core_index(), &account));
    jostle(spend_all, NULL);
    check_equal(0, held);
    check_equal(0, account_used(account));
    account_leave(account);
    test_settle();
    check_share_books(before);
}

static bool worth_another[2]; /* look, by who asked */

static void
first_collects(void)
{
    worth_another[0] = account_collect(account, LIMIT + 1);
}

static void
second_collects(void)
{
    worth_another[1] = account_collect(account, LIMIT + 1);
}

static void
neither_goes_on(void)
{
    check(!worth_another[0]);
    check(!worth_another[1]);
}

/* Two that look side by side for more than there is do not take each other's looks for moves, and so look for ever. */
TEST(account_cores_exhausted)
{
    static const struct interleaving looks = {.first = first_collects,
                                              .second = second_collects,
                                              .judge = neither_goes_on,
                                              .reply_most = 200,
                                              .quantum = 50};
    check_equal(0, account_create(account_root, LIMIT, core_index(), &account));
    interleave(&looks);
}
