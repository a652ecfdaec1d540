/* Exercise 3.2: adding. */
#include "share_test.h"

static struct share *shared;
static struct object *newcomer, *resident;
static bool seen;

/* What a lookup on another core could find between any two instructions. */
static void
watch_newcomer(void)
{
    struct share_found found = share_find(HANDLE(1, newcomer->id));
    if (found.object == NULL) {
        check_equal(E_NOENT, found.rights); /* an entry without its object: half an entry */
        check(!seen);
    } else {
        check_equal(newcomer, found.object);
        check_equal(RIGHT_R | RIGHT_G, found.rights);
        check(newcomer->references > 1);
        seen = true;
    }
}

static void
insert_newcomer(__attribute__((unused)) void *argument)
{
    share_insert(shared, newcomer, RIGHT_R | RIGHT_G);
}

/* share_insert one instruction at a time: at every moment a lookup finds nothing, or all of it. */
TEST(share_insert_publishes_whole_entries)
{
    shared = share_make_in(1, NULL, 0);
    newcomer = thing_make(NULL);
    queue_lock(&shared->object.lock);
    check_equal(0, share_make_room(shared));
    check(step_through(insert_newcomer, NULL, watch_newcomer) > 10);
    queue_unlock(&shared->object.lock);
    check(seen);
}

static void
watch_resident(void)
{
    check_equal(resident, share_find(HANDLE(1, resident->id)).object);
}

static void
add_newcomer(__attribute__((unused)) void *argument)
{
    check_equal(0, share_add(shared, newcomer, RIGHT_ALL));
}

/* Given: while a table is replaced by a larger one, what stood there is found at every moment. */
TEST(share_growth_hides_nothing)
{
    shared = share_make_in(1, NULL, 0);
    resident = thing_in(shared, RIGHT_ALL);
    share_publish(&shared->object);
    struct share_table *before = shared->table;
    while (shared->table == before) {
        newcomer = thing_make(NULL);
        check(step_through(add_newcomer, NULL, watch_resident) > 10);
        object_drop(newcomer);
    }
    check(limbo_waiting() > 0); /* the old table: somebody could be looking at it */
}

TEST(share_insert_never_widens)
{
    struct share *share = share_make_in(1, NULL, 0);
    struct object *thing = thing_in(share, RIGHT_R);
    uint32_t references = thing->references;
    check_equal(E_EXIST, share_add(share, thing, RIGHT_ALL));
    check_equal(RIGHT_R, share_find(HANDLE(1, thing->id)).rights);
    check_equal(references, thing->references);
    check_equal(1, share->table->live);
    check_equal(0, share_delete(share, thing->id));
}

TEST(share_insert_counts_one_reference)
{
    struct share_books before = share_books_take();
    struct share *share = share_make_in(1, NULL, 0), *second = share_make_in(2, NULL, 0);
    struct object *thing = thing_make(NULL);
    check_equal(0, share_add(share, thing, RIGHT_ALL));
    check_equal(2, thing->references);
    check_equal(0, share_add(second, thing, RIGHT_R));
    check_equal(3, thing->references);
    object_drop(thing);

    share_publish(thing);
    check_equal(0, share_delete(share, thing->id));
    check_equal(0, share_delete(second, thing->id)); /* dead now, and still there to be looked at */
    check_equal(E_NOENT, share_add(share, thing, RIGHT_ALL));
    check_equal(0, share->table->live);
    share_set_clear();
    check_share_books(before);
}

/* A removed slot is not used again (H3): a lookup that has read the id may be about to read the object word. */
TEST(share_insert_leaves_removed_slots)
{
    struct share *share = share_make_in(1, NULL, 0);
    struct object *thing = thing_make(NULL);
    check_equal(0, share_add(share, thing, RIGHT_R));
    struct share_slot *slot = share_table_slot(share->table, share_hash(thing->id, share->table->slots));
    uint64_t word = slot->object;
    check_equal(thing->id, slot->id);
    check_equal(0, share_delete(share, thing->id));
    check_equal(0, share_add(share, thing, RIGHT_W));
    check_equal(ID_REMOVED, slot->id);
    check_equal(word, slot->object);
    check_equal(RIGHT_W, share_find(HANDLE(1, thing->id)).rights); /* a new entry: new rights */
}

TEST(share_insert_growth_keeps_all)
{
    enum { COUNT = 3000 };
    static struct object *things[COUNT];
    struct share_books before = share_books_take();
    struct share *share = share_make_in(1, NULL, 0);
    for (unsigned i = 0; i < COUNT; i++)
        things[i] = thing_in(share, i % RIGHT_ALL + 1);
    check_equal(COUNT, share->table->live);
    for (unsigned i = 0; i < COUNT; i++) {
        struct share_found found = share_find(HANDLE(1, things[i]->id));
        check_equal(things[i], found.object);
        check_equal(i % RIGHT_ALL + 1, found.rights);
        check_equal(1, things[i]->references);
    }
    share_set_clear();
    check_share_books(before);
}

/* Given: a share that has as many entries as it may can still be changed, for ever: for each that goes another can
 * come. */
TEST(share_full_takes_changes)
{
    struct share_books before = share_books_take();
    struct share *share = share_make_in(1, NULL, 0);
    struct object *last = NULL, *next = thing_make(NULL);
    int error;
    while ((error = share_add(share, next, RIGHT_ALL)) == 0) {
        object_drop(next); /* the share's reference stays */
        last = next;
        next = thing_make(NULL);
    }
    check_equal(E_NOSPC, error);
    check_equal(SHARE_LIVE_MOST, share->table->live);
    for (unsigned i = 0; i < SHARE_SLOTS_MOST; i++) { /* each leaves a removed entry behind */
        check_equal(0, share_delete(share, last->id));
        check_equal(0, share_add(share, next, RIGHT_ALL));
        object_drop(next);
        last = next;
        next = thing_make(NULL);
    }
    object_drop(next);
    share_set_clear();
    check_share_books(before);
}
