/* Work for a core that has none: what a core does that is up and runs no program, and how it is told to do something.
 *
 *     this core                                    an idle core
 *     writes the work     (release)                carries out orders
 *     core_order(WAKE)                             looks for work (acquire): runs it
 *     ── sets the order, reads where               core_rest: where := asleep, reads orders, hlt
 *     ── asleep: interrupts
 *
 * Either the idle core sees the order and does not sleep, or it is seen asleep and interrupted: core.h. */
#ifndef COREY_CORE_WORK_H
#define COREY_CORE_WORK_H

#include "types.h"

/* What a core does between programs, for ever: on the kernel's own root, asleep when there is nothing to do. */
__attribute__((noreturn)) void core_idle(void);

/* core_rest for a core that may rest for long: while something waits in its limbo it wakes up every few milliseconds,
 * as nobody else wakes it for that. */
void core_rest_watchfully(void);

/* Has another core call function(argument) as soon as it is idle, and returns at once; all that this core wrote before
 * is seen there. The function may take as long as it likes, and comes back on the kernel's own root, holding nothing.
 * One piece waits at a time: the caller has seen to it that none does. */
void core_give_work(uint32_t index, void (*function)(void *argument), void *argument);

#endif
