/* For experiments: the MCS lock (Mellor-Crummey and Scott 1991) in ring 3. Who waits watches a word of its own.
 *
 * A node a core, in memory that all see, on a line of its own; the lock is the pointer to the last of those that have
 * come. Passing it on costs one line's way from core to core, however many wait. Memory that is all zeros is a lock
 * that is free, and a node that may be used. */
#ifndef COREY_WAITING_LINE_H
#define COREY_WAITING_LINE_H

#include <stddef.h>
#include <stdint.h>

#include "marker.h"

struct waiter {
    struct waiter *behind; /* who came next; atomic, written by that one */
    uint32_t called;       /* the lock is ours; atomic, written by who had it before */
} __attribute__((aligned(64)));

struct waiting_line {
    struct waiter *last; /* null: the lock is free; atomic */
} __attribute__((aligned(64)));

static inline void
line_take(struct waiting_line *line, struct waiter *self)
{
    *self = (struct waiter){0};
    /* Release: our node is made before the next one finds it. Acquire: so is the one before us, and where there is
     * none, what the last holder did is done (partners: this exchange itself, and the one in line_leave). */
    struct waiter *ahead = __atomic_exchange_n(&line->last, self, __ATOMIC_ACQ_REL);
    if (!ahead)
        return;
    __atomic_store_n(&ahead->behind, self, __ATOMIC_RELEASE); /* partner: the acquire of `behind` */
    marker(MARKER_WAIT_BEGIN);
    while (!__atomic_load_n(&self->called, __ATOMIC_ACQUIRE)) /* partner: the release of `called` */
        __builtin_ia32_pause();
    marker(MARKER_WAIT_END);
}

static inline void
line_leave(struct waiting_line *line, struct waiter *self)
{
    struct waiter *expected = self;
    /* Acquire: the node of who came next is made before we call it. */
    if (!__atomic_load_n(&self->behind, __ATOMIC_ACQUIRE) &&
        __atomic_compare_exchange_n(&line->last, &expected, NULL, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        return; /* nobody was behind us. Release: partner in line_take */
    struct waiter *behind;
    while (!(behind =
                 __atomic_load_n(&self->behind, __ATOMIC_ACQUIRE))) /* it has come, and is about to say so */
        __builtin_ia32_pause();
    __atomic_store_n(&behind->called, 1, __ATOMIC_RELEASE);
}

#endif
