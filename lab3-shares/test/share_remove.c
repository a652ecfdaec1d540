/* Exercise 3.3: deleting. */
#include "share_test.h"

/* Somebody may have looked the object up a moment ago: it stays whole until every core has crossed. */
TEST(share_remove_public_waits)
{
    struct share_books before = share_books_take();
    struct share *share = share_make_in(1, NULL, 0);
    share_publish(&share->object);
    struct object *thing = thing_in(share, RIGHT_ALL);
    uint64_t id = thing->id, blocks = slab_blocks_used();
    check_equal(thing, share_find(HANDLE(1, id)).object);

    check_equal(0, share_delete(share, id));
    check_equal(E_NOENT, share_find(HANDLE(1, id)).rights);
    check_equal(blocks, slab_blocks_used());
    check_equal(id, thing->id);
    check_equal(OBJECT_DEAD | OBJECT_PUBLIC, thing->flags);
    check(!object_hold(thing));

    test_cross();
    check_equal(blocks - 1, slab_blocks_used());
    share_set_clear();
    check_share_books(before);
}

static struct share *shared;
static struct object *leaver, *removed;
static struct share_slot *left; /* its slot */
static uint64_t word;
static bool gone;

/* What a lookup on another core could find between any two instructions, and one that has read the id already. */
static void
watch_leaver(void)
{
    struct share_found found = share_find(HANDLE(1, leaver->id));
    if (found.object == NULL) {
        check_equal(E_NOENT, found.rights);
        gone = true;
    } else {
        check_equal(leaver, found.object);
        check_equal(RIGHT_X, found.rights);
        check(!gone);
    }
    check_equal(word, left->object);
    check_equal(1, leaver->references);
}

static void
remove_leaver(__attribute__((unused)) void *argument)
{
    share_remove(shared, leaver->id, &removed);
}

/* share_remove one instruction at a time: at every moment a lookup finds all of the entry, or nothing; and whoever
 * found it before can still read it. */
TEST(share_remove_never_halves)
{
    shared = share_make_in(1, NULL, 0);
    leaver = thing_in(shared, RIGHT_X);
    left = share_table_slot(shared->table, share_hash(leaver->id, shared->table->slots));
    word = left->object;
    queue_lock(&shared->object.lock);
    check(step_through(remove_leaver, NULL, watch_leaver) > 10);
    queue_unlock(&shared->object.lock);
    check(gone);
    check_equal(leaver, removed);
}

/* What one core alone could reach waits for nobody. */
TEST(share_remove_private_is_at_once)
{
    struct share *share = share_make_in(1, NULL, 0);
    struct object *thing = thing_in(share, RIGHT_ALL);
    uint64_t blocks = slab_blocks_used(), waiting = limbo_waiting();
    check_equal(0, share_delete(share, thing->id));
    check_equal(blocks - 1, slab_blocks_used());
    check_equal(waiting, limbo_waiting());
}

TEST(share_remove_hands_over_the_reference)
{
    struct share *share = share_make_in(1, NULL, 0);
    struct object *thing = thing_in(share, RIGHT_ALL), *out = NULL;
    queue_lock(&share->object.lock);
    check_equal(0, share_remove(share, thing->id, &out));
    check_equal(E_NOENT, share_remove(share, thing->id, &out));
    queue_unlock(&share->object.lock);
    check_equal(thing, out);
    check_equal(1, thing->references);
    check_equal(0, share->table->live);
    check_equal(0, share_add(share, thing, RIGHT_W));
    check_equal(RIGHT_W, share_find(HANDLE(1, thing->id)).rights);
    check_equal(E_NOENT, share_delete(share, thing->id + 1));
}

/* Entries that stand behind a removed one, because its slot was taken when they came, are found all the same. */
TEST(share_remove_keeps_the_chain)
{
    struct share *share = share_make_in(1, NULL, 0);
    struct object *chain[5];
    for (unsigned count = 0; count < 5;) {
        struct object *thing = thing_make(NULL);
        if (share_hash(thing->id, SHARE_SLOTS_FIRST) == 3) {
            check_equal(0, share_add(share, thing, RIGHT_ALL));
            chain[count++] = thing;
        }
        object_drop(thing);
    }
    for (unsigned i = 0; i < 4; i++) {
        check_equal(0, share_delete(share, chain[i]->id));
        for (unsigned j = i + 1; j < 5; j++)
            check_equal(chain[j], share_find(HANDLE(1, chain[j]->id)).object);
    }
}

/* Random adds and removes, beside a plain array that says what must be there. */
TEST(share_remove_random)
{
    enum { COUNT = 200, ROUNDS = 20000 };
    static struct object *things[COUNT];
    static uint64_t rights[COUNT]; /* 0: not in the share */
    struct share_books before = share_books_take();
    struct share *share = share_make_in(1, NULL, 0);
    for (unsigned i = 0; i < COUNT; i++)
        things[i] = thing_make(NULL);
    for (unsigned round = 0; round < ROUNDS; round++) {
        unsigned i = test_random() % COUNT;
        uint64_t asked = test_random() % RIGHT_ALL + 1;
        if (test_random() % 2) {
            check_equal(rights[i] ? E_EXIST : 0, share_add(share, things[i], asked));
            rights[i] = rights[i] ? rights[i] : asked;
        } else {
            check_equal(rights[i] ? 0 : E_NOENT, share_delete(share, things[i]->id));
            rights[i] = 0;
        }
        unsigned look = test_random() % COUNT;
        check_equal(rights[look] ? (int64_t)rights[look] : E_NOENT,
                    share_find(HANDLE(1, things[look]->id)).rights);
    }
    check(share->table->slots <= 4 * COUNT); /* removed entries do not pile up */
    for (unsigned i = 0; i < COUNT; i++)
        object_drop(things[i]);
    share_set_clear();
    check_share_books(before);
}
