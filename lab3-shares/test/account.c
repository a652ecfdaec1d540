/* Exercise 3.5: accounts. */
#include "share_test.h"

static struct account *
account_make_small(uint64_t bytes)
{
    struct account *account;
    check_equal(0, account_create(account_root, bytes, core_index(), &account));
    return account;
}

/* To the byte, in small and large portions, and as often as one likes. */
TEST(account_limit_is_exact)
{
    struct share_books before = share_books_take();
    uint64_t limit = 3 * ACCOUNT_BATCH + 100;
    struct account *account = account_make_small(limit);
    for (unsigned round = 0; round < 3; round++) {
        check_equal(E_NOMEM, account_charge(account, limit + 1));
        check_equal(0, account_used(account));
        for (uint64_t i = 0; i < 100; i++)
            check_equal(0, account_charge(account, 1));
        check_equal(0, account_charge(account, 3 * ACCOUNT_BATCH));
        check_equal(limit, account_used(account));
        check_equal(E_NOMEM, account_charge(account, 1));
        check_equal(limit, account_used(account));
        account_refund(account, 3 * ACCOUNT_BATCH);
        check_equal(100, account_used(account));
        account_refund(account, 100);
    }
    check_equal(0, account_charge(NULL, 1ul << 60)); /* nobody's */
    account_refund(NULL, 1ul << 60);
    account_leave(account);
    check_share_books(before);
}

/* What other cores have not spent is nobody's property: it is taken back before anyone hears E_NOMEM. */
TEST(account_collects_budgets)
{
    uint32_t other = test_add_core();
    struct share_books before = share_books_take();
    struct account *account = account_make_small(ACCOUNT_BATCH + 2 * PAGE_SIZE);
    test_as_core(other);
    check_equal(0, account_charge(account, PAGE_SIZE)); /* and has the rest of a batch in its budget */
    test_as_core(0);
    check_equal(0, account_charge(account, ACCOUNT_BATCH + PAGE_SIZE));
    check_equal(E_NOMEM, account_charge(account, 1));
    test_as_core(other);
    check_equal(E_NOMEM, account_charge(account, 1));
    account_refund(account, ACCOUNT_BATCH + 2 * PAGE_SIZE); /* core 0's charge, given back by another */
    test_as_core(0);
    check_equal(0, account_charge(account, ACCOUNT_BATCH + 2 * PAGE_SIZE));
    account_refund(account, ACCOUNT_BATCH + 2 * PAGE_SIZE);
    account_leave(account);
    check_share_books(before);
}

/* Given: a core comes to the total a few times until it has nearly all of an account, and never to give back (A4). */
TEST(account_total_left_alone)
{
    struct share_books before = share_books_take();
    uint64_t pages = 1ul << 13;
    struct account *account = account_make_small(pages * PAGE_SIZE);
    for (uint64_t i = 0; i < pages; i++)
        check_equal(0, account_charge(account, PAGE_SIZE));
    check_equal(0, account->total);
    uint64_t moves = account->moves_begun;
    check(moves < 20); /* halves, down to a batch, and the batches of what is left then */
    for (uint64_t i = 0; i < pages; i++)
        account_refund(account, PAGE_SIZE);
    check_equal(0, account->total);
    check_equal(moves, account->moves_begun);
    account_leave(account);
    check_share_books(before);
}

/* Random charges and refunds by two cores: never over the limit, never E_NOMEM below it. */
TEST(account_two_cores_random)
{
    uint64_t held[2] = {0, 0}, limit = 2 * ACCOUNT_BATCH;
    uint32_t other = test_add_core();
    struct account *account = account_make_small(limit);
    for (unsigned round = 0; round < 20000; round++) {
        unsigned i = test_random() % 2;
        test_as_core(i ? other : 0);
        uint64_t bytes = test_random() % (limit / 2);
        if (test_random() % 2) {
            bool fits = held[0] + held[1] + bytes <= limit;
            check_equal(fits ? 0 : E_NOMEM, account_charge(account, bytes));
            held[i] += fits ? bytes : 0;
        } else {
            bytes = minimum(bytes, held[i]);
            account_refund(account, bytes);
            held[i] -= bytes;
        }
        check_equal(held[0] + held[1], account_used(account));
    }
}

/* The charge returns to whom it was taken from, through whatever share the thing is deleted. */
TEST(account_refund_goes_to_the_payer)
{
    struct share_books before = share_books_take();
    struct share *payer = share_make_in(1, NULL, 100), *deleter = share_make_in(2, NULL, 100);
    uint64_t payer_used = account_used(payer->account), deleter_used = account_used(deleter->account);
    struct object *thing = thing_make(payer->account);
    check_equal(0, share_add(payer, thing, RIGHT_ALL));
    check_equal(0, share_add(deleter, thing, RIGHT_ALL));
    object_drop(thing);
    check_equal(payer_used + slab_size(sizeof(struct segment)), account_used(payer->account));

    check_equal(0, share_delete(payer, thing->id));
    check_equal(payer_used + slab_size(sizeof(struct segment)), account_used(payer->account));
    check_equal(0, share_delete(deleter, thing->id));
    check_equal(payer_used, account_used(payer->account));
    check_equal(deleter_used, account_used(deleter->account));
    share_set_clear();
    check_share_books(before);
}

/* At the limit, with frees of one's own under way: come back later; and later it succeeds. */
TEST(account_again_while_frees_wait)
{
    struct share_books before = share_books_take();
    struct share *share = share_make_in(1, NULL, 100);
    share_publish(&share->object);
    struct object *thing = thing_make(share->account);
    check_equal(0, share_add(share, thing, RIGHT_ALL));
    object_drop(thing);
    struct account *account = share->account;
    uint64_t rest = account->limit - account_used(account);
    check_equal(0, account_charge(account, rest));
    check_equal(E_NOMEM, account_charge(account, 64));

    check_equal(0, share_delete(share, thing->id));
    check_equal(E_AGAIN, account_charge(account, 64));
    check_equal(account->limit, account_used(account)); /* what is in limbo is spent still */
    test_cross();
    check_equal(0, account_charge(account, 64));
    check_equal(E_NOMEM, account_charge(account, slab_size(sizeof(struct segment))));
    account_refund(account, 64 + rest);
    share_set_clear();
    check_share_books(before);
}

/* A limit is moved, not copied; it comes back when the last thing charged to it is gone, not with the share. */
TEST(account_moves_its_limit)
{
    struct share_books before = share_books_take();
    struct share *top = share_make_in(1, NULL, 1000), *below = share_make_in(2, top, 900);
    check_equal(900 * PAGE_SIZE, below->account->limit);
    check_equal(E_NOMEM, account_charge(top->account, 100 * PAGE_SIZE));
    struct share *none;
    check_equal(E_NOMEM, share_create(top, top->account, 100, 0, "", &none));
    check_equal(E_NOMEM, share_create(top, top->account, ~0ul / PAGE_SIZE, 0, "", &none));
    check_equal(E_INVAL, share_create(top, top->account, ~0ul, 0, "", &none));

    struct object *thing = thing_make(below->account);
    check_equal(0, share_add(top, thing, RIGHT_ALL));
    check_equal(0, share_set_change(2, NULL, 0)); /* the share goes, its account has a charge left */
    check_equal(E_NOMEM, account_charge(top->account, 900 * PAGE_SIZE));
    check_equal(0, share_delete(top, thing->id));
    object_drop(thing);
    check_equal(0, account_charge(top->account, 990 * PAGE_SIZE));
    account_refund(top->account, 990 * PAGE_SIZE);
    share_set_clear();
    check_share_books(before);
}

/* Given: everything that a share takes is charged, its tables as well. */
TEST(account_pays_for_tables)
{
    struct share *share = share_make_in(1, NULL, 1000);
    for (unsigned slots = SHARE_SLOTS_FIRST; slots <= 4096; slots *= 2) {
        while (share->table->slots < slots)
            thing_in(share, RIGHT_R);
        uint64_t table = slab_size(sizeof(struct share_table) + (slots + 255) / 256 * sizeof(void *));
        check_equal(table + slots * sizeof(struct share_slot), account_used(share->account));
    }
}
