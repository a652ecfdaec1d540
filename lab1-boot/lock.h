/* Ticket lock: first come, first served.
 *
 * The kernel runs with interrupts off, so a holder is never interrupted by code that takes the lock again; NMI, #DF
 * and #MC take no lock. Lock order is stated where the locks stand. */
#ifndef COREY_LOCK_H
#define COREY_LOCK_H

#include "types.h"

struct ticket_lock {
    uint32_t next;    /* the ticket that the next one to come draws */
    uint32_t serving; /* the ticket that holds the lock */
    uint32_t holder;  /* index of the core that holds it + 1; 0: nobody. For panics and the monitor only */
};

/* Waits until it is ours. Panics when this core holds it already. Orders: nothing of the critical section moves up
 * (acquire; partner: the release in ticket_unlock). */
void ticket_lock(struct ticket_lock *lock);

/* True when it was free and is ours now; never waits. */
bool ticket_trylock(struct ticket_lock *lock);

/* Gives it to the next. Panics when this core is not the holder. */
void ticket_unlock(struct ticket_lock *lock);

/* Whether this core holds it: for assertions. */
bool ticket_held(const struct ticket_lock *lock);

#endif
