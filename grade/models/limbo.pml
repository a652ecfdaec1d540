/* Limbo: what a core has found without a lock stays what it is until that core crosses.
 *
 * One core enters its kernel, follows links, uses what they name, and crosses: to ring 3, asleep, or in a long call
 * (core_pass). Another unlinks two things one after the other, and frees each after a grace period; the second is
 * unlinked while the first one's runs. Things are pages, tables, mappings, objects, a share's old table.
 *
 *      reader     core_enter, core_leave, core_pass, core_rest around any lookup: share_find, mapping_first,
 *                 tree_translate
 *      unlinker   limbo_put, grace_begin, grace_core_is_past, limbo_take
 *
 * Shown: nothing is used that is free; and a core that is in ring 3 or asleep for good holds nothing up. */
#define CORES 2
#define LINK(thing) (CORE_WORDS + (thing))
#define WORDS       (CORE_WORDS + 2)
#include "watching.pml"

#define READER   0
#define UNLINKER 1
bool free[2];
bool waits; /* the unlinker, in limbo */

inline use()
{
    thing = 0;
    do
    :: thing == 0 -> thing = 1
    :: SEES(READER, LINK(thing)) ->
       assert(!free[thing]);
       assert(!free[thing]); /* later */
       break
    :: break
    od
}

proctype reader()
{
    byte thing, left = 3;
    do
    :: left > 0 ->
       left--;
       EITHER(exchange_in_enter, (CROSS(READER, KERNEL)), (PLAIN_CROSS(READER, KERNEL)));
       use();
       if
       :: EITHER(exchange_in_pass, (CROSS(READER, KERNEL)), (PLAIN_CROSS(READER, KERNEL))); use()
       :: skip
       fi;
       thing = 0;
       if
       :: CROSS(READER, RING3)
       :: CROSS(READER, ASLEEP)
       fi
    :: break
    od
}

/* grace_begin: all that was unlinked before is covered; what is unlinked later is not. */
inline note()
{
    NEEDED(fence_in_grace_begin, FENCE(UNLINKER));
    seen = SEES(UNLINKER, WHERE(READER))
}

/* grace_core_is_past, asked until it is so. */
inline grace_period()
{
    waits = true;
    NEEDED(wait_for_where,
        EITHER(no_wait_for_others, (STATE(seen) != KERNEL), (false)) || SEES(UNLINKER, WHERE(READER)) != seen);
    waits = false
}

proctype unlinker()
{
    byte seen;
    STORE(UNLINKER, LINK(0), 0);
    note();
    STORE(UNLINKER, LINK(1), 0);
    grace_period();
    free[0] = true;
    EITHER(fresh_ones_wait, (note()), (skip));
    grace_period();
    free[1] = true
}

active proctype watch()
{
    timeout -> assert(!waits || STATE(memory[WHERE(READER)]) == KERNEL)
}

init
{
    atomic {
        memory[WHERE(READER)] = RING3;
        memory[LINK(0)] = 1;
        memory[LINK(1)] = 1;
        run reader();
        run unlinker()
    }
}
