/* Orders: a core that is given one carries it out, wherever it is going meanwhile.
 *
 * Two cores each give the other a halt, a wake or nothing (core_order), and then go to ring 3 (core_leave), to sleep
 * (core_rest), or stay in their kernel for good.
 *
 *      give    core_order, core_interrupt
 *      leave   core_leave, core_obey, core_is_wanted; core_enter
 *      rest    core_rest, as core_sleep and core_idle call it: then core_obey
 *
 * Shown: (1) nobody stands for good in ring 3 or asleep under an order; so two cores that halt each other both end.
 * (2) Once core_order has returned from a halt, no instruction of that run in ring 3 is executed. (3) Nobody waits
 * for a core that is in its kernel or asleep. */
#define CORES 2
#define WORDS CORE_WORDS
#include "watching.pml"

#define WAKE 2
#define HALT 4

bool runs_ring3[CORES], halt_given[CORES];

inline give()
{
    EITHER(locked_order, (LOCKED(me, memory[ORDERS(other)] = memory[ORDERS(other)] | order)),
           (STORE(me, ORDERS(other), SEES(me, ORDERS(other)) | order)));
    seen = SEES(me, WHERE(other));
    if
    :: STATE(seen) == RING3 -> NEEDED(interrupt_ring3, interrupt[other] = true)
    :: STATE(seen) == ASLEEP -> NEEDED(interrupt_asleep, interrupt[other] = true)
    :: else
    fi;
    NEEDED(wait_for_ring3,
        !(NEEDED_IF(no_wait_for_others, STATE(seen) == RING3) && SEES(me, WHERE(other)) == seen));
    if
    :: order == HALT -> halt_given[other] = true
    :: else
    fi;
    seen = 0
}

/* core_obey, which ends the program at a halt. */
inline obey()
{
    atomic { FENCE(me) -> taken = memory[ORDERS(me)]; memory[ORDERS(me)] = 0 };
    if
    :: taken & HALT -> goto ended
    :: else -> taken = 0
    fi
}

proctype core(byte me)
{
    byte other = 1 - me, order, seen, taken;

    if
    :: order = HALT
    :: order = WAKE
    :: goto given
    fi;
    give();
given:
    order = 0;
    if
    :: goto leave
    :: goto rest
    :: goto busy
    fi;

leave:
    obey();
    EITHER(exchange_in_leave, (CROSS(me, RING3)), (PLAIN_CROSS(me, RING3)));
    if
    :: NEEDED_IF(second_look_in_leave, SEES(me, ORDERS(me)) == 0)
    :: SEES(me, ORDERS(me)) != 0 -> CROSS(me, KERNEL); goto leave
    fi;
    runs_ring3[me] = true;
end_in_ring3:
    atomic { interrupt[me] -> interrupt[me] = false; runs_ring3[me] = false };
    CROSS(me, KERNEL);
    goto leave;

rest:
    EITHER(exchange_in_rest, (CROSS(me, ASLEEP)), (PLAIN_CROSS(me, ASLEEP)));
    if
    :: NEEDED_IF(second_look_in_rest, SEES(me, ORDERS(me)) == 0) ->
       EITHER(hlt_right_after_sti, (skip), (if :: interrupt[me] -> interrupt[me] = false :: skip fi));
end_asleep:
       atomic { interrupt[me] -> interrupt[me] = false }
    :: SEES(me, ORDERS(me)) != 0
    fi;
    CROSS(me, KERNEL);
    goto leave;

busy:
end_busy:
    false;
ended:
    skip
}

active proctype watch()
{
    do
    :: d_step { runs_ring3[0] && halt_given[0] -> assert(false) } /* (2) */
    :: d_step { runs_ring3[1] && halt_given[1] -> assert(false) }
    :: timeout -> break
    od;
    assert(!(memory[ORDERS(0)] && STATE(memory[WHERE(0)]) != KERNEL)); /* (1) */
    assert(!(memory[ORDERS(1)] && STATE(memory[WHERE(1)]) != KERNEL))
}

init { atomic { run core(0); run core(1) } }
