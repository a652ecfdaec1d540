/* 5.0: one share that four cores look up in, add to and delete from (3.1 to 3.3), and ends that come from all of them
 * (3.4). H2 to H4 are those of share.h. */
#include "../../lab3-shares/test/share_test.h"
#include "core.h"
#include "jostle.h"

#define CORES  4
#define THINGS 6
#define ROUNDS 200

static struct share *common;

/* Atomic: the ids that the cores' things have, or had. Relaxed: they lead nowhere but through the share. */
static uint64_t ids[CORES][THINGS];

/* A share that several cores reach; slot 1 of nobody's set yet. */
static struct share *
share_make_public(void)
{
    struct share *share = share_make(NULL, 0);
    share_publish(&share->object);
    check_equal(CORES, core_count);
    return share;
}

/* A new thing that only `share` refers to; its id. */
static uint64_t
thing_add(struct share *share)
{
    struct object *thing = thing_make(account_root);
    uint64_t id = thing->id;
    check_equal(0, share_add(share, thing, RIGHT_R | RIGHT_W));
    object_drop(thing);
    return id;
}

/* What another core comes and goes with: either not there, or just what the id says. */
static void
look_at_others(uint64_t number)
{
    uint64_t id = __atomic_load_n(&ids[number % CORES][number / CORES % THINGS], __ATOMIC_RELAXED);
    struct share_found found = share_find(HANDLE(1, id));
    if (id == 0 || found.object == NULL)
        return;
    check_equal(id, found.object->id);
    check_equal(RIGHT_R | RIGHT_W, found.rights);
    check_equal(OBJECT_SEGMENT, found.object->type);
}

static void
add_and_delete(uint32_t index, __attribute__((unused)) void *argument)
{
    uint64_t random = index, in[THINGS] = {0}; /* the ids of ours that are in the share */
    check_equal(0, share_set_change(1, common, RIGHT_ALL));
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t thing = jostle_random(&random) % THINGS;
        if (in[thing] != 0) {
            check_equal(0, share_delete(common, in[thing]));
            check_equal(E_NOENT, share_find(HANDLE(1, in[thing])).rights);
            in[thing] = 0;
        } else {
            in[thing] = thing_add(common);
            __atomic_store_n(&ids[index][thing], in[thing], __ATOMIC_RELAXED);
        }
        look_at_others(jostle_random(&random));
        for (unsigned i = 0; i < THINGS; i++)
            check_equal(in[i] != 0, share_find(HANDLE(1, in[i] ? in[i] : ~0ul >> 8)).object != NULL);
        test_pause();
    }
    for (unsigned i = 0; i < THINGS; i++)
        if (in[i] != 0)
            check_equal(0, share_delete(common, in[i]));
    share_set_clear();
}

/* What a core has put in, it finds, until it takes it out; others find it or not, but nothing else in its place. */
TEST(share_cores_add_delete)
{
    struct share_books before = share_books_take();
    common = share_make_public();
    jostle(add_and_delete, NULL);
    check_equal(0, common->table->live);
    object_drop(&common->object);
    test_settle();
    check_share_books(before);
}

#define STAY    4
#define COME    12
#define REPEATS 50

static struct object *staying[STAY], *coming[CORES / 2][COME];
static uint64_t through; /* atomic: cores that have added and deleted all that they had to */

/* Its own things come and go, so the table is too small now, and too large then. */
static void
change_table(struct object *const *things)
{
    for (unsigned repeat = 0; repeat < REPEATS; repeat++) {
        for (unsigned i = 0; i < COME; i++)
            check_equal(0, share_add(common, things[i], RIGHT_R));
        for (unsigned i = 0; i < COME; i++)
            check_equal(0, share_delete(common, things[i]->id));
        test_pause();
    }
    __atomic_add_fetch(&through, 1, __ATOMIC_RELEASE); /* a number, no more */
}

static void
change_or_look(uint32_t index, __attribute__((unused)) void *argument)
{
    check_equal(0, share_set_change(1, common, RIGHT_ALL));
    if (index < CORES / 2)
        change_table(coming[index]);
    for (unsigned i = 0; __atomic_load_n(&through, __ATOMIC_ACQUIRE) < CORES / 2; i++) {
        check_equal(staying[i % STAY], share_find(HANDLE(1, staying[i % STAY]->id)).object);
        if (i % 32 == 0)
            test_pause();
    }
    share_set_clear();
}

static struct object *
thing_make_public(void)
{
    struct object *thing = thing_make(account_root);
    share_publish(thing);
    return thing;
}

/* Two cores have the table grow and shrink, two look up what is always in it: it is never missed. */
TEST(share_cores_grow)
{
    struct share_books before = share_books_take();
    common = share_make_public();
    for (unsigned i = 0; i < STAY; i++) {
        staying[i] = thing_make_public();
        check_equal(0, share_add(common, staying[i], RIGHT_R));
    }
    for (unsigned i = 0; i < CORES / 2 * COME; i++)
        coming[i / COME][i % COME] = thing_make_public();
    jostle(change_or_look, NULL);
    check_equal(STAY, common->table->live);
    object_drop(&common->object);
    for (unsigned i = 0; i < STAY; i++)
        object_drop(staying[i]);
    for (unsigned i = 0; i < CORES / 2 * COME; i++)
        object_drop(coming[i / COME][i % COME]);
    test_settle();
    check_share_books(before);
}

/* --- one slot, one thing -------------------------------------------------------------------------------------- */

static struct object *pair[2];

/* Two things whose probes begin at the same slot of a small table. */
static void
pair_make(void)
{
    pair[0] = thing_make_public();
    for (;;) {
        pair[1] = thing_make_public();
        if (share_hash(pair[0]->id, SHARE_SLOTS_FIRST) == share_hash(pair[1]->id, SHARE_SLOTS_FIRST))
            return;
        object_drop(pair[1]);
    }
}

static void
take_turns_or_look(uint32_t index, __attribute__((unused)) void *argument)
{
    check_equal(0, share_set_change(1, common, RIGHT_ALL));
    for (unsigned round = 0; index == 0 && round < 4 * ROUNDS; round++) {
        check_equal(0, share_add(common, pair[round % 2], RIGHT_R));
        check_equal(0, share_delete(common, pair[round % 2]->id));
        if (round % 8 == 0)
            test_pause();
    }
    if (index == 0)
        __atomic_store_n(&through, 1, __ATOMIC_RELEASE); /* a number, no more */
    for (unsigned i = 0; __atomic_load_n(&through, __ATOMIC_ACQUIRE) == 0; i++) {
        struct share_found found = share_find(HANDLE(1, pair[i % 2]->id));
        check(found.object == NULL || found.object == pair[i % 2]);
        if (i % 8 == 0)
            test_pause();
    }
    share_set_clear();
}

/* H3: now the one, now the other of two things would have its entry in the same slot. Whoever looks one of them up
 * never gets the other. */
TEST(share_cores_same_slot)
{
    struct share_books before = share_books_take();
    common = share_make_public();
    pair_make();
    jostle(take_turns_or_look, NULL);
    object_drop(pair[0]);
    object_drop(pair[1]);
    object_drop(&common->object);
    test_settle();
    check_share_books(before);
}

/* --- the last reference and one more -------------------------------------------------------------------------- */

#define LAST 500 /* things that go, one after another */

static struct share *second[CORES];
static uint64_t lasts[LAST]; /* their ids */
static uint64_t next_last;   /* atomic: which goes next */

/* Adds the thing, where it is still there, to a share of this core's own, and deletes it again. */
static void
add_found(uint32_t index, uint64_t id)
{
    struct share_found found = share_find(HANDLE(1, id));
    if (found.object == NULL)
        return;
    int error = share_add(second[index], found.object, RIGHT_R);
    check(error == 0 || error == E_NOENT);
    if (error == 0)
        check_equal(0, share_delete(second[index], id));
}

static void
delete_or_add(uint32_t index, __attribute__((unused)) void *argument)
{
    check_equal(0, share_set_change(1, common, RIGHT_ALL));
    for (uint64_t i = 0; index == 0 && i < LAST; i++) {
        check_equal(0, share_delete(common, lasts[i]));
        __atomic_store_n(&next_last, i + 1, __ATOMIC_RELEASE); /* a number, no more */
        test_pause();
    }
    uint64_t i;
    for (unsigned tries = 0; (i = __atomic_load_n(&next_last, __ATOMIC_ACQUIRE)) < LAST; tries++) {
        add_found(index, lasts[i]);
        if (tries % 4 == 0)
            test_pause();
    }
    share_set_clear();
}

/* H4, O2: one core deletes a thing just when others add it to shares of their own: either it is dead for them, or
 * theirs is a reference like any other. */
TEST(share_cores_last_reference)
{
    struct share_books before = share_books_take();
    common = share_make_public();
    for (unsigned i = 0; i < CORES; i++)
        second[i] = share_make_public();
    for (unsigned i = 0; i < LAST; i++)
        lasts[i] = thing_add(common);
    jostle(delete_or_add, NULL);
    for (unsigned i = 0; i < CORES; i++)
        object_drop(&second[i]->object);
    object_drop(&common->object);
    test_settle();
    check_share_books(before);
}

/* --- ends ----------------------------------------------------------------------------------------------------- */

#define DEEP 12

static struct share *tops[CORES];
static struct object *things[THINGS];

/* A share of each core's own leads to the same chain of shares, and all of them to the same things, on each of which
 * every core has a reference besides. */
static void
web_make(void)
{
    struct share *chain[DEEP];
    for (unsigned i = 0; i < CORES; i++)
        tops[i] = share_make_public();
    for (unsigned i = 0; i < DEEP; i++) {
        chain[i] = share_make(i == 0 ? tops[0] : chain[i - 1], 0);
        for (unsigned above = 0; above < (i == 0 ? CORES : 1); above++)
            check_equal(0, share_add(i == 0 ? tops[above] : chain[i - 1], &chain[i]->object, RIGHT_ALL));
    }
    for (unsigned i = 0; i < THINGS; i++) {
        things[i] = thing_make(account_root);
        check_equal(0, share_add(chain[DEEP - 1], things[i], RIGHT_ALL));
        for (unsigned top = 0; top < CORES; top++)
            check_equal(0, share_add(tops[top], things[i], RIGHT_ALL));
        for (unsigned more = 1; more < CORES; more++)
            check(object_hold(things[i]));
    }
    for (unsigned i = 0; i < DEEP; i++)
        object_drop(&chain[i]->object);
}

static void
drop_all(uint32_t index, __attribute__((unused)) void *argument)
{
    for (unsigned i = 0; i < THINGS; i++)
        object_drop(things[i]);
    object_drop(&tops[index]->object);
    while (!limbo_is_empty())
        test_pause();
}

/* All give up at once what all have: each thing goes once, when the last has let go of it, and every core buries its
 * own dead. */
TEST(object_cores_drop)
{
    struct share_books before = share_books_take();
    for (unsigned round = 0; round < 20; round++) {
        web_make();
        jostle(drop_all, NULL);
        test_settle();
        check_share_books(before);
    }
}
