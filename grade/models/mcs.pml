/* The MCS lock: each waiter spins on a word of its own (Mellor-Crummey and Scott, ACM TOCS 1991).
 *
 * Each core takes the lock and gives it back, twice, with the same node. Inside it adds to a counter with a plain load
 * and a plain store.
 *
 *      core    mcs_lock, mcs_unlock
 *
 * Shown: never two inside; nothing that is done inside is lost to the next; nobody waits for ever. */
#define CORES 3
#define TAIL         0                /* the last node's core + 1; 0: the lock is free */
#define COUNTER      1
#define NEXT(core)   (2 + 2 * (core)) /* who comes after this node, as in TAIL */
#define WAITS(core)  (3 + 2 * (core))
#define WORDS        8
#include "machine.pml"

#define TURNS 2
byte inside, finished;

inline acquire()
{
    NEEDED(next_cleared, STORE(me, NEXT(me), 0));
    EITHER(waits_before_linked, (STORE(me, WAITS(me), 1)), (skip));
    EITHER(exchange_of_tail, (LOCKED(me, before = memory[TAIL]; memory[TAIL] = me + 1)),
           (before = SEES(me, TAIL); STORE(me, TAIL, me + 1)));
    if
    :: before == 0
    :: else ->
       NEEDED(linked_to_predecessor, STORE(me, NEXT(before - 1), me + 1));
       EITHER(waits_before_linked, (skip), (STORE(me, WAITS(me), 1)));
       NEEDED(own_word_awaited, SEES(me, WAITS(me)) == 0)
    fi
}

inline release()
{
    if
    :: SEES(me, NEXT(me)) != 0
    :: SEES(me, NEXT(me)) == 0 ->
       EITHER(compare_and_swap_of_tail,
              (atomic { FENCE(me) -> if :: memory[TAIL] == me + 1 -> memory[TAIL] = 0; goto free :: else fi }),
              (if :: SEES(me, TAIL) == me + 1 -> STORE(me, TAIL, 0); goto free :: else fi))
    fi;
    NEEDED(successor_awaited, SEES(me, NEXT(me)) != 0);
    before = SEES(me, NEXT(me));
    if
    :: before != 0 -> STORE(me, WAITS(before - 1), 0)
    :: else
    fi;
free:
    before = 0
}

active [CORES] proctype core()
{
    byte me = _pid - CORES, before, turns = TURNS, seen;
    do
    :: turns > 0 ->
       turns--;
       acquire();
       inside++;
       assert(inside == 1);
       seen = SEES(me, COUNTER);
       STORE(me, COUNTER, seen + 1);
       seen = 0;
       inside--;
       release()
    :: turns == 0 -> break
    od;
    finished++
}

active proctype watch()
{
    timeout -> assert(finished == CORES && memory[COUNTER] == TURNS * CORES)
}
