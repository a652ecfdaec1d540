/* The queue lock: who waits watches a line of its own, and who is not near the first may be passed over.
 *
 * Each core takes the lock and gives it back, core 0 twice with the same line. Cores 0 and 2 are near each other,
 * core 1 is not, and core 3 is near core 1 or near nobody. Whether a cluster has had its turns is left open, so that
 * every choice is looked at. Inside, a core adds to a counter by a plain store.
 *
 *      core    queue_lock, queue_join, queue_pass_over, queue_add_far, queue_take_far, queue_advance, queue_unlock
 *
 * Shown: never two inside; nothing that is done inside is lost to the next; nobody waits for ever, passed over or
 * not. */
#define CORES 4
#define HOLDER          0                /* a core + 1; 0: nobody */
#define TAIL            1                /* as HOLDER */
#define COUNTER         2
/* Of the line of core `number` - 1: */
#define NEXT(number)       (6 * (number) - 3)
#define FIRST(number)      (6 * (number) - 2)
#define FAR_FIRST(number)  (6 * (number) - 1)
#define FAR_LAST(number)   (6 * (number))
#define GROUP_LAST(number) (6 * (number) + 1)
#define GROUP_NEXT(number) (6 * (number) + 2)
#define WORDS              27
#include "machine.pml"

#define TURNS(me) ((me) == 0 -> 2 : 1)
#define CLUSTER(number)     ((number) == 4 -> cluster : (number) % 2)
#define IS_NEAR(one, other) (CLUSTER(one) == CLUSTER(other))
byte inside, finished;
byte cluster; /* of core 3, which says so before it comes */

inline join()
{
    atomic { STORE(me, FIRST(self), 0); STORE(me, FAR_FIRST(self), 0) };
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

/* in: next, who is passed over. In one: of what it reads and writes the others see nothing meanwhile (W3). */
inline add_far()
{
    atomic {
    group = SEES(me, FAR_FIRST(self));
    do
    :: group == 0 || IS_NEAR(group, next) -> break
    :: else -> group = SEES(me, GROUP_NEXT(group))
    od;
    if
    :: group != 0 ->
       last = SEES(me, GROUP_LAST(group));
       STORE(me, NEXT(last), next)
    :: else ->
       if
       :: SEES(me, FAR_FIRST(self)) == 0 -> STORE(me, FAR_FIRST(self), next)
       :: else ->
          last = SEES(me, FAR_LAST(self));
          STORE(me, GROUP_NEXT(last), next)
       fi;
       STORE(me, FAR_LAST(self), next);
       group = next;
       STORE(me, GROUP_NEXT(group), 0)
    fi;
    STORE(me, GROUP_LAST(group), next);
    group = 0;
    last = 0
    }
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
       add_far();
       STORE(me, NEXT(self), after)
    od;
    next = 0;
    after = 0
}

/* out: heir, and the last of its group */
inline take_far()
{
    atomic {
    heir = SEES(me, FAR_FIRST(self));
    next = SEES(me, NEXT(self));
    if
    :: heir == 0
    :: heir != 0 && next != 0 && IS_NEAR(self, next) -> heir = 0 /* turns are left */
    :: heir != 0 -> /* nobody near is next, or turns are not left */
       last = SEES(me, GROUP_LAST(heir));
       STORE(me, FAR_FIRST(self), SEES(me, GROUP_NEXT(heir)));
       NEEDED(link_of_last_cleared, STORE(me, NEXT(last), 0))
    fi;
    next = 0
    }
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
                  :: memory[TAIL] == self -> memory[TAIL] = last; memory[HOLDER] = self; goto taken
                  :: else
                  fi
              }),
              (if
               :: SEES(me, TAIL) == self -> STORE(me, HOLDER, self); STORE(me, TAIL, last); goto taken
               :: else
               fi))
    fi;
    EITHER(taken_before_told, (STORE(me, HOLDER, self)), (skip));
    NEEDED(successor_awaited, SEES(me, NEXT(self)) != 0);
    next = SEES(me, NEXT(self));
    if
    :: heir == 0 -> heir = next
    :: else -> NEEDED(rest_behind_group, STORE(me, NEXT(last), next))
    fi;
taken:
    if
    :: heir != 0 ->
       atomic {
           NEEDED(far_handed_on, STORE(me, FAR_FIRST(heir), SEES(me, FAR_FIRST(self))));
           STORE(me, FAR_LAST(heir), SEES(me, FAR_LAST(self)))
       };
       STORE(me, FIRST(heir), 1);
       heir = 0
    :: else
    fi;
    EITHER(taken_before_told, (skip), (if :: SEES(me, HOLDER) != self -> STORE(me, HOLDER, self) :: else fi));
    next = 0;
    last = 0
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
    byte me = _pid - CORES, self = _pid - CORES + 1, turns = TURNS(_pid - CORES);
    byte before, next, after, heir, group, last;
    if
    :: me == 3 -> cluster = 0
    :: me == 3 -> cluster = 2
    :: me != 3
    fi;
    do
    :: turns > 0 ->
       turns--;
       acquire();
       inside++;
       assert(inside == 1);
       STORE(me, COUNTER, SEES(me, COUNTER) + 1);
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
