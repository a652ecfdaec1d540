/* A share's lookup, which takes no lock, while entries go and come and the table grows.
 *
 * All three ids probe from slot 0. KEPT stands throughout; GONE, in the slot before it, is removed; NEW is entered
 * behind it; then a new table takes the place of the old one, and NEW is removed from that. What was removed and what
 * was replaced is freed, and used for something else, after a grace period.
 *
 *      finder     share_find, share_table; core_enter, core_leave
 *      changer    share_remove, share_insert, share_make_room, table_copy; object_bury, grace_begin, grace_core_is_past
 *
 * Shown: (1) an id that stands throughout is always found; (2) what is found is that id's object, as it was made;
 * (3) nothing is looked at that is free. The fences of limbo are in limbo.pml. */
#define CORES 2
#define TABLE             (CORE_WORDS) /* 0 or 1 */
#define ID(table, slot)   (CORE_WORDS + 1 + 8 * (table) + 2 * (slot))
#define WORD(table, slot) (CORE_WORDS + 2 + 8 * (table) + 2 * (slot)) /* the object's address and rights */
#define WORDS             (CORE_WORDS + 17)
#include "watching.pml"

#define FINDER  0
#define CHANGER 1
#define ID_FREE    0
#define KEPT       1
#define GONE       2
#define NEW        3
#define ID_REMOVED 9
#define OBJECT(id) (10 + (id))
bool freed[4];   /* by id: the object */
bool free_table; /* the first */

proctype finder()
{
    byte left = 2, id, table, slot, seen;
    do
    :: left > 0 ->
       left--;
       if
       :: id = KEPT
       :: id = GONE
       :: id = NEW
       fi;
       CROSS(FINDER, KERNEL);
       table = SEES(FINDER, TABLE);
       slot = 0;
       do
       :: assert(table == 1 || !free_table); /* (3) */
          assert(slot < 4);
          seen = SEES(FINDER, ID(table, slot));
          if
          :: seen == ID_FREE -> assert(id != KEPT); break /* (1) */
          :: seen == id ->
             assert(SEES(FINDER, WORD(table, slot)) == OBJECT(id)); /* (2) */
             assert((table == 1 || !free_table) && !freed[id]); /* (3): the object is used */
             break
          :: else -> slot++
          fi
       od;
       CROSS(FINDER, RING3)
    :: left == 0 -> break
    od
}

inline grace_period()
{
    FENCE(CHANGER);
    seen = SEES(CHANGER, WHERE(FINDER));
    STATE(seen) != KERNEL || SEES(CHANGER, WHERE(FINDER)) != seen
}

inline enter(table, slot, id)
{
    ORDER(object_before_id, (STORE(CHANGER, WORD(table, slot), OBJECT(id))), (STORE(CHANGER, ID(table, slot), id)))
}

proctype changer()
{
    byte seen;
    STORE(CHANGER, ID(0, 0), EITHER(removed_is_not_free, (ID_REMOVED), (ID_FREE)));
    EITHER(no_slot_twice, (enter(0, 2, NEW)), (enter(0, 0, NEW)));
    NEEDED(limbo_of_object, grace_period());
    freed[GONE] = true;

    ORDER(filled_before_seen, (enter(1, 0, KEPT); enter(1, 1, NEW)), (STORE(CHANGER, TABLE, 1)));
    STORE(CHANGER, ID(1, 1), EITHER(removed_is_not_free, (ID_REMOVED), (ID_FREE)));
    NEEDED(limbo_of_table, grace_period());
    free_table = true;
    freed[NEW] = true
}

init
{
    atomic {
        memory[WHERE(FINDER)] = RING3;
        memory[ID(0, 0)] = GONE;
        memory[WORD(0, 0)] = OBJECT(GONE);
        memory[ID(0, 1)] = KEPT;
        memory[WORD(0, 1)] = OBJECT(KEPT);
        run finder();
        run changer()
    }
}
