/* 5.0: an account at its limit (3.5) under four cores. A1 and A4 are those of account.h. */
#include "../../lab3-shares/test/share_test.h"
#include "core.h"
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
    account_drop(account);
    test_settle();
    check_share_books(before);
}
