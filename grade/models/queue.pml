/* The queue lock: who waits watches a line of its own, and who is not near the first may be passed over.
 *
 * Each core takes the lock and gives it back, core 0 twice with the same line. Cores 0 and 2 are near each other, and so are
 * 1 and 3. Whether a cluster has had its turns is left open, so every choice is looked at. Inside a core adds to a counter with a plain
 * load and a plain store.
 *
 *      core    queue_lock, queue_join, queue_pass_over, queue_take_far, queue_advance, queue_unlock
 *
 * Shown: never two inside; nothing that is done inside is lost to the next; nobody waits for ever, passed over or not. */
#define CORES 4
#define HOLDER          0                /* a core + 1; 0: nobody */
#define TAIL            1                /* as HOLDER */
#define COUNTER         2
#define NEXT(number)      (4 * (number) - 1) /* of the line of core `number` - 1, as are: */
#define FIRST(number)     (4 * (number))
#define FAR_FIRST(number) (4 * (number) + 1)
#define FAR_LAST(number)  (4 * (number) + 2)
#define WORDS           19
#include "machine.pml"

#define TURNS(me) ((me) == 0 -> 2 : 1)
#define IS_NEAR(one, other) ((one) % 2 == (other) % 2)
byte inside, finished;

inline join()
{
    STORE(me, FIRST(self), 0);
    STORE(me, FAR_FIRST(self), 0);
    NEEDED(next_cleared, STORE(me, NEXT(self), 0));
    EITHER(exchange_of_tail, (LOCKED(me, before = memory[TAIL]; memory[TAIL] = self)),
           (before = SEES(me, TAIL); STORE(me, TAIL, self)));
    if
    :: before == 0
    :: else ->
       NEEDED(linked_to_predecessor, STORE(me, NEXT(before), self));
       NEEDED(own_line_awaited, SEES(me, FIRST(self)) != 0)
    fi;
    before = 0
}

inline pass_over()
{
    do
    :: next = SEES(me, NEXT(self));
       if
       :: next == 0 || IS_NEAR(self, next) -> break
       :: else
       fi;
       after = SEES(me, NEXT(next));
       if
       :: EITHER(last_stays, (after == 0), (false)) -> break
       :: else
       fi;
       if
       :: SEES(me, FAR_FIRST(self)) == 0 -> STORE(me, FAR_FIRST(self), next)
       :: else -> before = SEES(me, FAR_LAST(self)); STORE(me, NEXT(before), next)
       fi;
       STORE(me, FAR_LAST(self), next);
       STORE(me, NEXT(self), after)
    od;
    next = 0;
    after = 0;
    before = 0
}

/* out: heir */
inline take_far()
{
    heir = SEES(me, FAR_FIRST(self));
    next = SEES(me, NEXT(self));
    if
    :: heir == 0
    :: heir != 0 && !IS_NEAR(self, heir) && next != 0 && IS_NEAR(self, next) -> heir = 0 /* turns are left */
    :: heir != 0 -> /* it is near, or nobody else is, or turns are not left */
       if
       :: SEES(me, FAR_LAST(self)) == heir -> STORE(me, FAR_FIRST(self), 0)
       :: else -> next = SEES(me, NEXT(heir)); STORE(me, FAR_FIRST(self), next)
       fi;
       NEEDED(link_of_far_cleared, STORE(me, NEXT(heir), 0))
    fi;
    next = 0
}

inline advance()
{
    take_far();
    if
    :: SEES(me, NEXT(self)) != 0
    :: SEES(me, NEXT(self)) == 0 ->
       EITHER(compare_and_swap_of_word,
              (atomic {
                  FENCE(me) ->
                  if
                  :: memory[TAIL] == self -> memory[TAIL] = heir; memory[HOLDER] = self; goto taken
                  :: else
                  fi
              }),
              (if
               :: SEES(me, TAIL) == self -> STORE(me, HOLDER, self); STORE(me, TAIL, heir); goto taken
               :: else
               fi))
    fi;
    EITHER(taken_before_told, (STORE(me, HOLDER, self)), (skip));
    NEEDED(successor_awaited, SEES(me, NEXT(self)) != 0);
    next = SEES(me, NEXT(self));
    if
    :: heir == 0 -> heir = next
    :: else -> NEEDED(rest_behind_far, STORE(me, NEXT(heir), next))
    fi;
taken:
    if
    :: heir != 0 ->
       next = SEES(me, FAR_FIRST(self));
       NEEDED(far_handed_on, STORE(me, FAR_FIRST(heir), next));
       next = SEES(me, FAR_LAST(self));
       STORE(me, FAR_LAST(heir), next);
       STORE(me, FIRST(heir), 1);
       heir = 0
    :: else
    fi;
    EITHER(taken_before_told, (skip), (if :: SEES(me, HOLDER) != self -> STORE(me, HOLDER, self) :: else fi));
    next = 0
}

inline acquire()
{
    if
    :: atomic {
           FENCE(me) && memory[HOLDER] == 0 && EITHER(nobody_waits, (memory[TAIL] == 0), (true)) ->
           memory[HOLDER] = self
       }
    :: atomic { FENCE(me) && (memory[HOLDER] != 0 || memory[TAIL] != 0) };
       join();
       pass_over();
       NEEDED(holder_awaited, SEES(me, HOLDER) == 0);
       advance()
    fi
}

active [CORES] proctype core()
{
    byte me = _pid - CORES, self = _pid - CORES + 1, turns = TURNS(_pid - CORES), before, next, after, heir, seen;
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
       STORE(me, HOLDER, 0)
    :: turns == 0 -> break
    od;
    finished++
}

active proctype watch()
{
    timeout -> assert(finished == CORES && memory[COUNTER] == CORES + 1)
}
