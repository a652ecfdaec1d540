/* Exercise 3.4: the last reference, and what it takes along. */
#include "share_test.h"

#define DEPTH 10000

/* Shares in shares, DEPTH deep; the caller's reference is on the first, and is the only one. */
static struct share *
nest_make(void)
{
    struct share *first = share_make(NULL, 0), *last = first;
    for (unsigned i = 1; i < DEPTH; i++) {
        struct share *next = share_make(last, 0);
        check_equal(0, share_add(last, &next->object, RIGHT_ALL));
        object_drop(&next->object);
        last = next;
    }
    check_equal(DEPTH - 1, last->level);
    thing_in(last, RIGHT_ALL);
    return first;
}

/* One reference goes, and 10,000 shares with it: on one small stack. */
TEST(object_drop_deep)
{
    struct share_books before = share_books_take();
    object_drop(&nest_make()->object);
    check_no_leak(before.memory.blocks, slab_blocks_used());
    check_share_books(before);
}

/* The same where each has to wait for a grace period of its own. */
TEST(object_drop_deep_public)
{
    struct share_books before = share_books_take();
    struct share *first = nest_make();
    share_publish(&first->object);
    object_drop(&first->object);
    check(limbo_waiting() > 0);
    check_share_books(before);
}

TEST(object_drop_wide)
{
    struct share_books before = share_books_take();
    struct share *share = share_make(NULL, 0), *keeper = share_make_in(1, NULL, 0);
    struct object *kept = NULL;
    for (unsigned i = 0; i < 5000; i++) {
        struct object *thing = thing_in(share, RIGHT_ALL);
        if (i == 2500)
            kept = thing;
    }
    check_equal(0, share_add(keeper, kept, RIGHT_R));
    object_drop(&share->object);
    check_equal(kept, share_find(HANDLE(1, kept->id)).object); /* has another reference */
    check_equal(1, kept->references);
    check(!(kept->flags & OBJECT_DEAD));
    share_set_clear();
    check_share_books(before);
}

/* While it buries 5000 objects, the core crosses: nobody's grace period waits for all of them. */
TEST(object_drop_passes)
{
    struct share *share = share_make(NULL, 0);
    for (unsigned i = 0; i < 5000; i++)
        thing_in(share, RIGHT_ALL);
    uint64_t where = core_this()->where;
    object_drop(&share->object);
    check((core_this()->where - where) / WHERE_CROSSING >= 5000 / SHARE_BATCH);
}

/* A slot of a core's set is a reference as good as an entry. */
TEST(object_drop_slot_keeps_share)
{
    struct share_books before = share_books_take();
    struct share *home = share_make_in(1, NULL, 0), *used = share_make_in(2, home, 0);
    struct object *thing = thing_in(used, RIGHT_ALL);
    check_equal(0, share_add(home, &used->object, RIGHT_ALL));
    check_equal(0, share_delete(home, used->object.id));
    test_cross();
    check_equal(1, used->object.references);
    check_equal(thing, share_find(HANDLE(2, thing->id)).object);

    check_equal(0, share_set_change(2, used, RIGHT_R)); /* the same share again: never without a reference */
    check_equal(1, used->object.references);
    check_equal(RIGHT_R, share_find(HANDLE(2, 0)).rights);

    uint64_t blocks = slab_blocks_used();
    check_equal(0, share_set_change(2, home, RIGHT_R)); /* another: now the first one goes, and all in it */
    check(slab_blocks_used() < blocks);
    check_equal(2, home->object.references);
    share_set_clear();
    check_share_books(before);
}

/* Dead is dead: nothing is added, removed, put into a slot or held, though lookups of a moment ago may still hold
 * it. */
TEST(object_drop_dead_refuse)
{
    struct share_books before = share_books_take();
    struct share *share = share_make_in(1, NULL, 0);
    struct object *thing = thing_in(share, RIGHT_ALL), *other = thing_make(NULL);
    share_publish(&share->object);
    check_equal(0, share_set_change(1, NULL, 0));
    check(share->object.flags & OBJECT_DEAD);
    check_equal(E_NOENT, share_add(share, other, RIGHT_ALL));
    check_equal(E_NOENT, share_delete(share, thing->id));
    check_equal(E_NOENT, share_set_change(1, share, RIGHT_ALL));
    check_equal(E_NOENT, share_find(HANDLE(1, 0)).rights);
    check(!object_hold(&share->object));
    object_drop(other);
    check_share_books(before);
}

/* Given: what a public share leads to is public before it can be seen. */
TEST(share_publish_reaches_all)
{
    struct share *top = share_make_in(1, NULL, 0), *below = share_make(top, 0);
    struct object *deep = thing_in(below, RIGHT_ALL);
    share_publish(&top->object);
    check(!object_is_public(deep));
    check_equal(0, share_add(top, &below->object, RIGHT_ALL));
    check(object_is_public(&below->object) && object_is_public(deep));
    object_drop(&below->object);
    check(object_is_public(thing_in(below, RIGHT_R)));
}
