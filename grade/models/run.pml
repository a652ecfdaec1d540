/* Orders and runs: a processor that ends one program and gets the next takes no order that was meant for the first,
 * and loses none that is meant for the second.
 *
 * The processor's first program ends, by itself or by a halt. Then either the owner of the core starts the next one
 * on it, or the core's object dies and the processor goes back to the pool, through limbo, to another owner. Two other
 * cores look the object up, and then, perhaps much later, halt or wake what runs there.
 *
 *      processor   core_leave, core_obey; program_enter (the next run); limbo_note, limbo_is_over (to the pool)
 *      other       a call that looks up a core (share_find) and gives it an order (core_order, order_merge)
 *
 * Shown: (1) a halt for run n ends no other run; (2) a halt for run 2 is not lost to a late one for run 1; (3) what
 * an owner gets was given through its own object. */
#define CORES 3
#define OBJECT (CORE_WORDS)     /* which object names the processor: 1, 2 (the next owner's), 0: none */
#define RUN    (CORE_WORDS + 1) /* core->run */
#define WORDS  (CORE_WORDS + 2)
#include "watching.pml"

#define PROCESSOR 0
#define WAKE 2
#define HALT 4
#define BITS(orders) ((orders) & 15)
#define OF(orders)   ((orders) >> 4) /* the run that the halt is meant for */
#define MERGED(standing, order)                                                                       \
    (BITS((standing) | (order)) |                                                                     \
     EITHER(later_run_stays, ((OF(standing) > OF(order) -> OF(standing) : OF(order))), ((OF(order)))) << 4)

bool halt_given[3];  /* by run */
bool wake_given[3];  /* by object */
byte runs_ring3;     /* the run that is in ring 3; 0: none */

inline grace_period()
{
    FENCE(PROCESSOR);
    seen1 = SEES(PROCESSOR, WHERE(1));
    seen2 = SEES(PROCESSOR, WHERE(2));
    NEEDED(limbo, STATE(seen1) != KERNEL || SEES(PROCESSOR, WHERE(1)) != seen1;
                  STATE(seen2) != KERNEL || SEES(PROCESSOR, WHERE(2)) != seen2);
    seen1 = 0;
    seen2 = 0
}

proctype processor()
{
    byte my_run = 1, my_object = 1, taken, seen1, seen2;
leave:
    LOCKED(PROCESSOR, taken = memory[ORDERS(PROCESSOR)]; memory[ORDERS(PROCESSOR)] = 0);
    assert(!(taken & WAKE) || wake_given[my_object]);
    if
    :: (taken & HALT) && NEEDED_IF(compare_run, OF(taken) == my_run) ->
       assert(halt_given[my_run]);
       goto over
    :: else
    fi;
    CROSS(PROCESSOR, RING3);
    if
    :: SEES(PROCESSOR, ORDERS(PROCESSOR)) != 0 -> CROSS(PROCESSOR, KERNEL); goto leave
    :: else
    fi;
    runs_ring3 = my_run;
end_in_ring3:
    if
    :: atomic { interrupt[PROCESSOR] -> interrupt[PROCESSOR] = false; runs_ring3 = 0 };
       CROSS(PROCESSOR, KERNEL);
       goto leave
    :: my_run == 1 -> runs_ring3 = 0; CROSS(PROCESSOR, KERNEL)
    fi;
over:
    if
    :: my_run == 2 -> goto done
    :: my_run == 1 -> STORE(PROCESSOR, RUN, 2) /* the same owner: nothing is unlinked */
    :: my_run == 1 ->
       STORE(PROCESSOR, OBJECT, 0);
       grace_period();
       my_object = 2;
       NEEDED(orders_zeroed, LOCKED(PROCESSOR, memory[ORDERS(PROCESSOR)] = 0));
       ORDER(raised_before_it_is_named, (STORE(PROCESSOR, RUN, 2)), (STORE(PROCESSOR, OBJECT, 2)))
    fi;
    my_run = 2;
    goto leave;
done:
    skip
}

proctype other(byte me)
{
    byte object, order;
    CROSS(me, KERNEL);
    object = SEES(me, OBJECT);
    if
    :: object == 0 -> goto out
    :: object != 0 -> order = HALT | SEES(me, RUN) << 4
    :: object != 0 -> order = WAKE
    fi;
    atomic {
        FENCE(me) -> memory[ORDERS(PROCESSOR)] = MERGED(memory[ORDERS(PROCESSOR)], order);
        halt_given[(object == 2 && order != WAKE -> 2 : OF(order))] = true; /* object 2 names no other run */
        wake_given[object] = wake_given[object] || order == WAKE
    };
    if
    :: STATE(SEES(me, WHERE(PROCESSOR))) == RING3 -> interrupt[PROCESSOR] = true
    :: else
    fi;
out:
    CROSS(me, RING3)
}

active proctype watch()
{
    timeout -> assert(runs_ring3 == 0 || !halt_given[runs_ring3]) /* (2) */
}

init
{
    atomic {
        memory[OBJECT] = 1;
        memory[RUN] = 1;
        memory[WHERE(1)] = RING3;
        memory[WHERE(2)] = RING3;
        run processor();
        run other(1);
        run other(2)
    }
}
