/* Timers: a function to be called on this core at a time, by the core's one-shot APIC timer.
 *
 * The interrupt itself only gives the core an order to tick. The functions run when that order is carried out: on
 * the way out of the kernel, with no locks held, so they may use objects as a system call does. A core in its kernel
 * is never interrupted; a core at rest wakes. */
#ifndef COREY_TIMER_H
#define COREY_TIMER_H

#include "core.h"

struct timer {
    uint64_t deadline;                   /* in clock_ticks() */
    void (*expire)(struct timer *timer); /* called once, the timer is idle again by then */
    struct timer *next;                  /* of this core's, by deadline */
};

/* Starts an idle timer on this core; with a deadline in the past it expires as soon as the core takes interrupts. The
 * timer's memory must stay until it has expired or been cancelled on this core. */
void timer_start(struct timer *timer, uint64_t deadline, void (*expire)(struct timer *timer));

/* Stops it, if it runs, on the core where it was started; true when it had not expired yet. */
bool timer_cancel(struct timer *timer);

/* Runs the functions of all timers of this core that are due. */
void timer_run_due(void);

/* Ticks of clock_ticks() a second, measured at start-up against the PIT. */
extern uint64_t clock_frequency;

#endif
