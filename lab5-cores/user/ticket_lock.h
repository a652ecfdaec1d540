/* For experiments: a ticket spin lock. Who comes draws a number, and waits until it is served.
 *
 * Fair and small; but all who wait watch one word, so each time the lock is passed on every one of them fetches the
 * line anew, and the next holder's fetch is one of as many. Memory that is all zeros is a lock that is free. */
#ifndef COREY_USER_TICKET_LOCK_H
#define COREY_USER_TICKET_LOCK_H

#include <stdint.h>

#include "marker.h"

struct ticket_lock {
    uint32_t drawn;  /* numbers given out; atomic */
    uint32_t served; /* the holder's number; atomic, written by the holder */
} __attribute__((aligned(64)));

static inline void
ticket_take(struct ticket_lock *lock)
{
    /* Relaxed: a number orders nothing; `served` does. */
    uint32_t number = __atomic_fetch_add(&lock->drawn, 1, __ATOMIC_RELAXED);
    /* Acquire: what the holder before has done (partner: the release in ticket_leave). */
    if (__atomic_load_n(&lock->served, __ATOMIC_ACQUIRE) == number)
        return;
    marker(MARKER_WAIT_BEGIN);
    while (__atomic_load_n(&lock->served, __ATOMIC_ACQUIRE) != number) /* the same */
        __builtin_ia32_pause();
    marker(MARKER_WAIT_END);
}

static inline void
ticket_leave(struct ticket_lock *lock)
{
    /* Release: partner in ticket_take. */
    __atomic_store_n(&lock->served, lock->served + 1, __ATOMIC_RELEASE);
}

#endif
