/* References: nothing dead comes back, and nothing is freed under who holds it.
 *
 * One core finds an object and holds it (object_hold), leaves its kernel, comes back, uses it and drops it. Another
 * takes the object's last entry away and drops that reference. Whoever drops the last reference buries the object.
 *
 *      finder    share_find, object_hold; core_leave; object_drop, object_bury
 *      owner     share_remove, object_drop, object_bury
 *
 * Shown: an object that was held is not freed until it is dropped; its memory is looked at by nobody after it is
 * freed; it is freed once, and it is freed. */
#define CORES 2
#define LINK  (CORE_WORDS)
#define COUNT (CORE_WORDS + 1)
#define WORDS (CORE_WORDS + 2)
#include "watching.pml"

#define FINDER 0
#define OWNER  1
bool freed;

inline bury()
{
    FENCE(me);
    seen = SEES(me, WHERE(1 - me));
    NEEDED(limbo, STATE(seen) != KERNEL || SEES(me, WHERE(1 - me)) != seen);
    assert(!freed);
    freed = true
}

inline drop()
{
    EITHER(locked_drop, (LOCKED(me, memory[COUNT]--; count = memory[COUNT])),
           (count = SEES(me, COUNT) - 1; STORE(me, COUNT, count)));
    if
    :: count == 0 -> bury()
    :: else
    fi
}

/* A loop of compare-and-swap; out: held. */
inline hold()
{
    count = SEES(me, COUNT);
    assert(!freed);
    do
    :: EITHER(zero_is_refused, (count == 0), (false)) -> break
    :: else ->
       EITHER(compare_and_swap,
              (atomic {
                   FENCE(me) ->
                   if
                   :: memory[COUNT] == count -> memory[COUNT] = count + 1; held = true; break
                   :: else -> count = memory[COUNT]
                   fi
               }),
              (STORE(me, COUNT, count + 1); held = true; break))
    od
}

proctype finder()
{
    byte me = FINDER, count, seen;
    bool held;

    CROSS(me, KERNEL);
    if
    :: SEES(me, LINK) -> hold()
    :: else
    fi;
    CROSS(me, RING3);
    if
    :: held ->
       CROSS(me, KERNEL);
       assert(!freed);
       drop();
       CROSS(me, RING3)
    :: else
    fi
}

proctype owner()
{
    byte me = OWNER, count, seen;
    STORE(me, LINK, 0);
    drop();
    CROSS(me, RING3)
}

active proctype watch()
{
    timeout -> assert(freed)
}

init
{
    atomic {
        memory[WHERE(FINDER)] = RING3;
        memory[LINK] = 1;
        memory[COUNT] = 1;
        run finder();
        run owner()
    }
}
