/* Given: the system calls of labs 2 and 3, as a program would make them. */
#include "share_test.h"

#include "string.h"

/* A share in slot 1 with an account of its own. */
static struct share *
start(void)
{
    return share_make_in(1, NULL, 10000);
}
#define ROOT HANDLE(1, 0)

TEST(call_numbers)
{
    check_equal(E_NOSYS, call_number(0, (uint64_t[6]){}));
    check_equal(E_NOSYS, call_number(CALLS_MOST - 1, (uint64_t[6]){}));
    check_equal(E_NOSYS, call_number(CALLS_MOST, (uint64_t[6]){}));
    check_equal(E_NOSYS, call_number(~0u, (uint64_t[6]){}));
    TABLE_EACH (call, const struct call, entry) /* whatever it is told, a call with no handle fails */
        if ((*entry)->number / CALLS_A_LAB == 3)
            check(call_number((*entry)->number, (uint64_t[6]){}) < 0);
}

TEST(call_segment)
{
    struct share_books before = share_books_take();
    start();
    char name[NAME_SIZE] = "a page of one's own", seen[NAME_SIZE];
    int64_t segment = call(segment_alloc, ROOT, (uint64_t)name, MEMORY_HERE);
    check(segment > 0);
    check_equal(1, handle_slot(segment));
    check_equal(0, call(segment_get_nbytes, segment));
    check_equal(E_INVAL, call(segment_set_nbytes, segment, 4097));
    check_equal(E_INVAL, call(segment_set_nbytes, segment, ~0xffful));
    check_equal(0, call(segment_set_nbytes, segment, 3 * PAGE_SIZE));
    check_equal(3 * PAGE_SIZE, call(segment_get_nbytes, segment));

    int64_t copy = call(segment_copy, ROOT, segment, 0, COPY_ON_WRITE);
    check(copy > 0 && copy != segment);
    check_equal(3 * PAGE_SIZE, call(segment_get_nbytes, copy));
    check_equal(E_INVAL, call(segment_copy, ROOT, segment, 0, COPY_ON_REFERENCE + 1));
    check_equal(E_INVAL, call(segment_alloc, ROOT, 0, 77));
    check_equal(E_TYPE, call(segment_alloc, segment, 0, MEMORY_HERE));
    check_equal(E_TYPE, call(segment_get_nbytes, ROOT));

    check_equal(NAME_SIZE, call(obj_get_name, segment, (uint64_t)seen, sizeof seen));
    check_equal(0, memcmp(name, seen, NAME_SIZE));
    check_equal(4, call(obj_get_name, copy, (uint64_t)seen, 4));
    check_equal(0, seen[0]);
    check_equal('g', seen[4]);
    char long_name[NAME_SIZE + 1];
    memset(long_name, 'x', NAME_SIZE);
    long_name[NAME_SIZE] = '\0';
    check_equal(E_INVAL, call(segment_alloc, ROOT, (uint64_t)long_name, MEMORY_HERE));

    check_equal(0, call(share_delobj, segment));
    check_equal(E_NOENT, call(segment_get_nbytes, segment));
    check_equal(E_NOENT, call(share_delobj, segment));
    check_equal(E_INVAL, call(share_delobj, ROOT));
    check_equal(E_INVAL, call(self_drop, copy));
    check_equal(0, call(self_drop, ROOT));
    check_equal(E_NOENT, call(self_drop, ROOT));
    check_share_books(before);
}

/* Each call asks for the rights that its line in calls3.def names, and for no others. */
TEST(call_rights)
{
    struct share *share = start();
    uint64_t thing = HANDLE(1, thing_in(share, RIGHT_ALL)->id), buffer[8];
    share_make_in(2, share, 0);
    const struct {
        unsigned number;
        uint64_t needed; /* in slot 1 */
        uint64_t arguments[6];
    } calls[] = {
        {CALL_NUMBER_obj_get_name, RIGHT_R, {thing, (uint64_t)buffer, 32}},
        {CALL_NUMBER_share_alloc, RIGHT_W, {ROOT, 0, MEMORY_HERE, 0}},
        {CALL_NUMBER_share_list, RIGHT_R, {ROOT, (uint64_t)buffer, 64, 0}},
        {CALL_NUMBER_share_stat, RIGHT_R, {ROOT, (uint64_t)buffer, 64}},
        {CALL_NUMBER_segment_alloc, RIGHT_W, {ROOT, 0, MEMORY_HERE}},
        {CALL_NUMBER_segment_copy, RIGHT_W | RIGHT_R, {ROOT, thing, 0, COPY_EAGER}},
        {CALL_NUMBER_segment_copy, RIGHT_R, {HANDLE(2, 0), thing, 0, COPY_EAGER}},
        {CALL_NUMBER_segment_get_nbytes, RIGHT_R, {thing}},
        {CALL_NUMBER_segment_set_nbytes, RIGHT_W, {thing, PAGE_SIZE}},
        {CALL_NUMBER_share_addobj, RIGHT_G, {HANDLE(2, 0), thing, RIGHT_ALL}},
        {CALL_NUMBER_share_delobj, RIGHT_W, {thing}},
    };
    for (unsigned i = 0; i < ARRAY_LENGTH(calls); i++) {
        for (uint64_t right = RIGHT_R; right <= RIGHT_G; right <<= 1) {
            if (!(calls[i].needed & right))
                continue;
            share_set_change(1, share, RIGHT_ALL & ~right);
            check_equal(E_PERM, call_number(calls[i].number, calls[i].arguments));
        }
        share_set_change(1, share, calls[i].needed);
        check(call_number(calls[i].number, calls[i].arguments) >= 0);
    }
}

TEST(call_share_addobj)
{
    struct share_books before = share_books_take();
    struct share *share = start();
    struct call_result made = call_dispatch(CALL_NUMBER_share_alloc, (uint64_t[6]){ROOT, 0, MEMORY_HERE, 0});
    uint64_t below = HANDLE(made.second, 0);
    check(made.value > 0 && made.second > 1);
    int64_t thing = call(segment_alloc, ROOT, 0, MEMORY_HERE);

    check_equal(E_INVAL, call(share_addobj, below, thing, RIGHT_ALL + 1));
    check_equal(0, call(share_addobj, below, thing, RIGHT_R | RIGHT_G));
    check_equal(E_EXIST, call(share_addobj, below, thing, RIGHT_ALL));
    uint64_t narrow = HANDLE(made.second, handle_id(thing));
    check_equal(E_PERM, call(segment_set_nbytes, narrow, PAGE_SIZE));
    check_equal(0, call(segment_get_nbytes, narrow));

    /* From there to a third share: asked for all, given what was held. */
    struct call_result third = call_dispatch(CALL_NUMBER_share_alloc, (uint64_t[6]){ROOT, 0, MEMORY_HERE, 0});
    check_equal(0, call(share_addobj, HANDLE(third.second, 0), narrow, RIGHT_ALL));
    check_equal(RIGHT_R | RIGHT_G, share_find(HANDLE(third.second, handle_id(thing))).rights);

    check_equal(E_LOOP, call(share_addobj, ROOT, ROOT, RIGHT_ALL));
    check_equal(E_LOOP, call(share_addobj, below, ROOT, RIGHT_ALL));
    check_equal(E_LOOP, call(share_addobj, below, below, RIGHT_ALL));
    check_equal(E_LOOP, call(share_addobj, below, HANDLE(third.second, 0), RIGHT_ALL)); /* the same level */
    check_equal(E_EXIST, call(share_addobj, ROOT, below, RIGHT_ALL));
    check_equal(E_INVAL, call(segment_alloc, made.value, 0, MEMORY_HERE)); /* what would its handle be? */
    check_equal(3, share->table->live);
    share_set_clear();
    check_share_books(before);
}

TEST(call_share_list_and_stat)
{
    enum { COUNT = 700 };
    static struct share_entry list[COUNT + 1];
    struct share *share = start();
    uint64_t sum = 0, listed = 0, cursor = 0;
    for (unsigned i = 0; i < COUNT; i++)
        sum += thing_in(share, RIGHT_R | RIGHT_X)->id;
    do {
        struct call_result result =
            call_dispatch(CALL_NUMBER_share_list,
                          (uint64_t[6]){ROOT, (uint64_t)(list + listed), sizeof *list * 601, cursor});
        check(result.value >= 0 && result.value <= SHARE_BATCH);
        listed += (uint64_t)result.value;
        cursor = result.second;
    } while (cursor != 0);
    check_equal(COUNT, listed);
    for (unsigned i = 0; i < COUNT; i++) {
        sum -= list[i].id;
        check_equal(OBJECT_SEGMENT, list[i].type);
        check_equal(RIGHT_R | RIGHT_X, list[i].rights);
    }
    check_equal(0, sum);
    check_equal(E_INVAL, call(share_list, ROOT, (uint64_t)list, sizeof list, ~0ul));
    check_equal(E_INVAL, call(share_list, ROOT, (uint64_t)list, sizeof *list - 1, 0));

    struct share_status status;
    check_equal(sizeof status, call(share_stat, ROOT, (uint64_t)&status, 4096));
    check_equal(COUNT, status.entries);
    check_equal(share->object.id, status.id);
    check_equal(1, status.own_account);
    check_equal(10000 * PAGE_SIZE, status.account_limit);
    check_equal(account_used(share->account), status.account_used);
}

/* Makes the k-th allocation fail, k rising until the call succeeds: an error each time, and nothing is left of it. */
static int64_t
fail_each(unsigned number, const uint64_t arguments[6], unsigned least)
{
    for (unsigned k = 1;; k++) {
        struct share_books before = share_books_take();
        allocation_fail_at(core_index(), k);
        int64_t value = call_number(number, arguments);
        allocation_fail_at(core_index(), 0);
        if (value >= 0) {
            check(k > least);
            return value;
        }
        check_equal(E_NOMEM, value);
        check_share_books(before);
    }
}

TEST(call_failures_leave_nothing)
{
    struct share *share = start(), *other = share_make_in(2, NULL, 0);
    int64_t segment = fail_each(CALL_NUMBER_segment_alloc, (uint64_t[6]){ROOT, 0, MEMORY_HERE}, 1);
    check_equal(0, call(segment_set_nbytes, segment, 600 * PAGE_SIZE));
    struct segment *source = CONTAINER_OF(share_find(segment).object, struct segment, object);
    page_mark(source, 0, 1);
    page_mark(source, 599, 2);
    for (unsigned mode = COPY_EAGER; mode <= COPY_ON_REFERENCE; mode++)
        fail_each(CALL_NUMBER_segment_copy, (uint64_t[6]){ROOT, (uint64_t)segment, 0, mode}, 1);
    fail_each(CALL_NUMBER_share_alloc, (uint64_t[6]){ROOT, 0, MEMORY_HERE, 10}, 3);

    while ((other->table->used + 1) * 4 <= other->table->slots * 3) /* until the next one needs a new table */
        thing_in(other, RIGHT_R);
    fail_each(CALL_NUMBER_share_addobj, (uint64_t[6]){HANDLE(2, 0), (uint64_t)segment, RIGHT_R}, 2);
    check(share->table->live > 0);
}

/* The account's limit, met by each call at every possible point: an error, and nothing is left of it. */
TEST(call_limits_leave_nothing)
{
    struct share *share = start();
    struct account *account = share->account;
    uint64_t rest = account->limit - account_used(account);
    check_equal(0, account_charge(account, rest));
    unsigned failed = 0; /* and as many times 64 bytes the account has by then */
    for (;; failed++) {
        uint64_t used = account_used(account);
        int64_t value = call(share_alloc, ROOT, 0, MEMORY_HERE, 1);
        if (value >= 0)
            break;
        check_equal(E_NOMEM, value);
        check_no_leak(used, account_used(account));
        account_refund(account, 64);
    }
    check(failed > PAGE_SIZE / 64);
}

TEST(call_ends_of_things)
{
    struct share_books before = share_books_take();
    start();
    /* Slots: 127 of them. */
    unsigned slots = 1;
    while (call(share_alloc, ROOT, 0, MEMORY_HERE, 0) > 0)
        slots++;
    check_equal(HANDLE_SLOTS - 1, slots);
    check_equal(E_NOSPC, call(share_alloc, ROOT, 0, MEMORY_HERE, 0));
    check_equal(0, call(self_drop, HANDLE(100, 0)));
    check_equal(100, call_dispatch(CALL_NUMBER_share_alloc, (uint64_t[6]){ROOT, 0, MEMORY_HERE, 0}).second);

    /* Ids: a core has given out its last one. */
    check_equal(0, call(self_drop, HANDLE(100, 0)));
    object_set_next_id(1ul << ID_COUNTER_BITS);
    check_equal(E_NOSPC, call(segment_alloc, ROOT, 0, MEMORY_HERE));
    check_equal(E_NOSPC, call(share_alloc, ROOT, 0, MEMORY_HERE, 10));
    share_set_clear();
    check_share_books(before);
}

/* Entries: SHARE_LIVE_MOST in a share; the same then works elsewhere. */
TEST(call_share_is_full)
{
    struct share_books before = share_books_take();
    struct share *share = start();
    share_make_in(2, NULL, 0);
    for (unsigned i = 0; i < SHARE_LIVE_MOST; i++)
        thing_in(share, RIGHT_ALL);
    int64_t thing = call(segment_alloc, HANDLE(2, 0), 0, MEMORY_HERE);
    check_equal(E_NOSPC, call(share_addobj, ROOT, thing, RIGHT_R));
    check_equal(E_NOSPC, call(segment_alloc, ROOT, 0, MEMORY_HERE));
    share_set_clear();
    check_share_books(before);
}
