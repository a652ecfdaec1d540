/* Exercise 3.1: looking a handle up. */
#include "share_test.h"

/* Knowing an id, or even that a share holds it, is no right: only a share in this core's set is. */
TEST(share_find_own_set_only)
{
    struct share_books before = share_books_take();
    struct share *mine = share_make_in(1, NULL, 0);
    struct share *foreign = share_make(mine, 0);
    struct object *thing = thing_in(foreign, RIGHT_ALL);

    check_equal(E_NOENT, share_find(HANDLE(1, thing->id)).rights);
    check_equal(E_NOENT, share_find(HANDLE(2, thing->id)).rights);
    check(share_find(HANDLE(1, thing->id)).object == NULL);

    check_equal(0, share_add(mine, &foreign->object,
                             RIGHT_ALL)); /* to be able to name the share is not enough, either */
    check_equal(E_NOENT, share_find(HANDLE(1, thing->id)).rights);

    check_equal(0, share_set_change(2, foreign, RIGHT_R));
    check_equal(thing, share_find(HANDLE(2, thing->id)).object);
    check_equal(E_NOENT, share_find(HANDLE(1, thing->id)).rights);

    check_equal(0, share_set_change(2, NULL, 0));
    check_equal(E_NOENT, share_find(HANDLE(2, thing->id)).rights);
    object_drop(&foreign->object);
    share_set_clear();
    check_share_books(before);
}

TEST(share_find_rights_of_entry_and_slot)
{
    struct share *share = share_make_in(1, NULL, 0);
    struct object *thing = thing_in(share, RIGHT_R | RIGHT_W | RIGHT_G);
    check_equal(RIGHT_R | RIGHT_W | RIGHT_G, share_find(HANDLE(1, thing->id)).rights);
    check_equal(0, share_set_change(1, share, RIGHT_R | RIGHT_X));
    check_equal(RIGHT_R, share_find(HANDLE(1, thing->id)).rights);
    check_equal(RIGHT_R | RIGHT_X, share_find(HANDLE(1, 0)).rights);

    uint64_t handle = HANDLE(1, thing->id);
    check_equal(thing, share_find_typed(handle, OBJECT_SEGMENT, RIGHT_R).object);
    check_equal(E_PERM, share_find_typed(handle, OBJECT_SEGMENT, RIGHT_R | RIGHT_W).rights);
    check_equal(E_TYPE, share_find_typed(handle, OBJECT_SHARE, RIGHT_R).rights);
}

TEST(share_find_malformed)
{
    struct share *share = share_make_in(1, NULL, 0);
    struct object *thing = thing_in(share, RIGHT_ALL);
    check_equal(&share->object, share_find(HANDLE(1, 0)).object);
    check_equal(RIGHT_ALL, share_find(HANDLE(1, 0)).rights);

    check_equal(E_INVAL, share_find(0).rights);
    check_equal(E_INVAL, share_find(thing->id).rights); /* a bare id names no share */
    check_equal(E_INVAL, share_find(1ul << 63 | HANDLE(1, thing->id)).rights);
    check_equal(E_INVAL, share_find(1ul << 63).rights);
    check_equal(E_INVAL, share_find(~0ul).rights);
    check_equal(E_NOENT, share_find(HANDLE(127, thing->id)).rights);
    check_equal(E_NOENT, share_find(HANDLE(127, 0)).rights);
    check_equal(E_NOENT, share_find(HANDLE(1, HANDLE_ID_MASK)).rights); /* looks like ID_REMOVED */
    check_equal(E_NOENT, share_find(HANDLE(1, thing->id + 1)).rights);
}

/* Six entries that all begin their probe at the table's last slot: it goes around its end. */
TEST(share_find_probe_wraps)
{
    struct share *share = share_make_in(1, NULL, 0);
    struct object *chain[6];
    unsigned count = 0;
    while (count < 6) {
        struct object *thing = thing_make(NULL);
        if (share_hash(thing->id, SHARE_SLOTS_FIRST) == SHARE_SLOTS_FIRST - 1) {
            check_equal(0, share_add(share, thing, RIGHT_R));
            chain[count++] = thing;
        }
        object_drop(thing);
    }
    check_equal(SHARE_SLOTS_FIRST, share->table->slots);
    for (unsigned i = 0; i < 6; i++)
        check_equal(chain[i], share_find(HANDLE(1, chain[i]->id)).object);
    check_equal(0, share_delete(share, chain[2]->id));
    for (unsigned i = 0; i < 6; i++)
        if (i != 2)
            check_equal(chain[i], share_find(HANDLE(1, chain[i]->id)).object);
}

/* The set belongs to the core: a handle means nothing on another. */
TEST(share_find_set_of_each_core)
{
    struct share *share = share_make_in(1, NULL, 0);
    struct object *thing = thing_in(share, RIGHT_ALL);
    uint32_t other = test_add_core();
    test_as_core(other);
    check_equal(E_NOENT, share_find(HANDLE(1, thing->id)).rights);
    check_equal(0, share_set_change(5, share, RIGHT_R));
    check_equal(thing, share_find(HANDLE(5, thing->id)).object);
    test_as_core(0);
    check_equal(E_NOENT, share_find(HANDLE(5, thing->id)).rights);
    check_equal(thing, share_find(HANDLE(1, thing->id)).object);
}
