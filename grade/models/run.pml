/* Runs of a processor: a halt ends the run that it was meant for, always, and no other.
 *
 * The owner starts a run, waits until it is over, and starts the next, with the same core object, or with another one
 * that claims the processor once the first has gone through limbo. Another core halts what it finds running, perhaps
 * much later than it looked; the owner halts the second run. A program ends by itself, or stays in ring 3 for good.
 *
 *      processor   core_idle, work_run, core_program, core_run_over; core_leave, core_obey; the order handler halt
 *      owner       core_run_start, core_run_number, tree_claim; core_give_work; object_drop, core_object_destroy
 *      other       share_find; core_run_halt, core_order, order_merge
 *
 * Shown: (1) a run is ended by no halt but its own; (2) no halt is lost, nor work that was given; (3) who sees HALTED
 * finds the root free; (4) nobody looks at an object that is free. Wakes carry no number: one too many does no harm. */
#define CORES 3
#define NAMED             (CORE_WORDS)     /* the object that a share has: 1, 2 or none */
#define RUN               (CORE_WORDS + 1) /* core->run of the processor */
#define WORK              (CORE_WORDS + 2) /* the object whose program is to run; 0: none */
#define TENANT            (CORE_WORDS + 3) /* of the root */
#define LOCK_OF(object)   (CORE_WORDS + 1 + 3 * (object))
#define CONDITION(object) (CORE_WORDS + 2 + 3 * (object))
#define RUN_OF(object)    (CORE_WORDS + 3 + 3 * (object))
#define WORDS             (CORE_WORDS + 10)
#include "watching.pml"

#define PROCESSOR 0
#define OWNER     1
#define OTHER     2

#define RUNNING 1 /* conditions */
#define HALTED  2

#define WAKE 2 /* orders */
#define HALT 4
#define BITS(orders) ((orders) & 15)
#define OF(orders)   ((orders) >> 4) /* the run that the halt is meant for */
#define MERGED(standing, order)                                                                       \
    (BITS((standing) | (order)) |                                                                     \
     EITHER(later_run_stays, ((OF(standing) > OF(order) -> OF(standing) : OF(order))), ((OF(order)))) << 4)

bool halt_given[3]; /* by run */
bool free[3];       /* by object */
bool object_left;   /* by the first run: it has dropped its reference */
byte runs_ring3;    /* the run that is in ring 3; 0: none */

inline order(what)
{
    atomic {
        FENCE(me) -> memory[ORDERS(PROCESSOR)] = MERGED(memory[ORDERS(PROCESSOR)], what);
        halt_given[OF(what)] = true
    };
    if
    :: STATE(SEES(me, WHERE(PROCESSOR))) != KERNEL -> interrupt[PROCESSOR] = true
    :: else
    fi
}

/* core_obey: the run that is halted, or 0. */
inline obey()
{
    LOCKED(me, taken = memory[ORDERS(me)]; memory[ORDERS(me)] = 0);
    if
    :: taken & HALT && NEEDED_IF(compare_run, OF(taken) == SEES(me, RUN)) -> halted = OF(taken)
    :: else -> halted = 0
    fi;
    taken = 0
}

proctype processor()
{
    byte me = PROCESSOR, taken, halted, object, run_here, halted_run;
idle:
    obey();
    if
    :: halted != 0 ->
       /* RUN may have been raised since it was compared */
       NEEDED(remembered_until_it_begins,
           halted_run = EITHER(run_of_the_order, (halted), ((SEES(me, RUN)))));
       halted = 0
    :: else
    fi;
    object = SEES(me, WORK);
    if
    :: object -> STORE(me, WORK, 0); goto program
    :: else
    fi;
    CROSS(me, ASLEEP);
    if
    :: SEES(me, ORDERS(me)) == 0 ->
end_asleep:
       atomic { interrupt[me] -> interrupt[me] = false }
    :: else
    fi;
    CROSS(me, KERNEL);
    goto idle;

program:
    run_here = SEES(me, RUN_OF(object));
    if
    :: halted_run == run_here -> goto over
    :: else
    fi;
leave:
    obey();
    if
    :: halted != 0 -> halted = 0; goto over
    :: else
    fi;
    CROSS(me, RING3);
    if
    :: SEES(me, ORDERS(me)) != 0 -> CROSS(me, KERNEL); goto leave
    :: else
    fi;
    runs_ring3 = run_here;
end_in_ring3:
    if
    :: atomic { interrupt[me] -> interrupt[me] = false; runs_ring3 = 0 };
       CROSS(me, KERNEL);
       goto leave
    :: runs_ring3 = 0; /* core_exit */
       CROSS(me, KERNEL);
       goto gone
    :: goto stays
    fi;
stays:
end_stays:
    atomic { interrupt[me] -> interrupt[me] = false; runs_ring3 = 0 };
    CROSS(me, KERNEL);
    goto leave;

over:
    assert(halt_given[run_here]); /* (1) */
gone:
    LOCK(me, LOCK_OF(object));
    ORDER(halted_said_last, (STORE(me, TENANT, 0)),
          (STORE(me, CONDITION(object), HALTED); UNLOCK(me, LOCK_OF(object))));
    if
    :: run_here == 1 -> FENCE(me); object_left = true
    :: else
    fi;
    object = 0;
    run_here = 0;
    goto idle
}

/* core_run_start */
inline start(object, number)
{
    LOCK(me, LOCK_OF(object));
    LOCKED(me, assert(memory[TENANT] == 0) /* (3) */; memory[TENANT] = 1);
    ORDER(number_raised_first, (STORE(me, RUN, number)),
          (STORE(me, RUN_OF(object), number); STORE(me, CONDITION(object), RUNNING); UNLOCK(me, LOCK_OF(object))));
    ORDER(work_before_wake, (STORE(me, WORK, object)), (order(WAKE)))
}

proctype owner()
{
    byte me = OWNER, seen;
    start(1, 1);
end_waits:
    SEES(me, CONDITION(1)) == HALTED;
    if
    :: start(1, 2)
    :: STORE(me, NAMED, 0);
       object_left;
       FENCE(me);
       seen = SEES(me, WHERE(OTHER));
       NEEDED(limbo, STATE(seen) != KERNEL || SEES(me, WHERE(OTHER)) != seen);
       free[1] = true;
       STORE(me, NAMED, 2);
       start(2, 2)
    fi;
    if
    :: order(HALT | 2 << 4)
    :: skip
    fi
}

proctype other()
{
    byte me = OTHER, object, run_seen;
    CROSS(me, KERNEL);
    object = SEES(me, NAMED);
    if
    :: object == 0 -> goto out
    :: else
    fi;
    LOCK(me, LOCK_OF(object));
    assert(!free[object]); /* (4) */
    run_seen = (SEES(me, CONDITION(object)) == RUNNING -> SEES(me, RUN_OF(object)) : 0);
    UNLOCK(me, LOCK_OF(object));
    if
    :: run_seen != 0 -> order(HALT | run_seen << 4)
    :: else
    fi;
out:
    CROSS(me, RING3)
}

active proctype watch()
{
    timeout -> assert((runs_ring3 == 0 || !halt_given[runs_ring3]) && !memory[WORK]) /* (2) */
}

init
{
    atomic {
        memory[NAMED] = 1;
        memory[WHERE(OTHER)] = RING3;
        run processor();
        run owner();
        run other()
    }
}
