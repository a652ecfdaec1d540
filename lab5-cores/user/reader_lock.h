/* For experiments: a read-write lock that scales with its readers, each of whom writes a line of its own core only.
 *
 * A reader says on its line that it is in, and then looks whether a writer is there; a writer says so, and then looks
 * at every line. Both write first and look afterwards, with a full fence between, so one of them sees the other. A
 * reader that finds a writer steps back and waits. Writers keep each other out by an MCS lock. They cost as much as
 * there are cores: this lock is for what is read much more often than written. Memory that is all zeros is a lock
 * that is free. */
#ifndef COREY_READER_LOCK_H
#define COREY_READER_LOCK_H

#include "waiting_line.h"

struct reader {
    uint32_t in; /* atomic, written by its core */
} __attribute__((aligned(64)));

struct reader_lock {
    struct waiting_line writers;
    uint32_t writing __attribute__((aligned(64))); /* a writer is in, or waits for readers; atomic */
    struct reader reader[];                        /* a line a core */
};

static inline void
reader_take(struct reader_lock *lock, unsigned core)
{
    uint32_t *in = &lock->reader[core].in;
    for (;;) {
        /* SEQ_CST, both: partner in writer_take. The second as an acquire: what the last writer did. */
        __atomic_store_n(in, 1, __ATOMIC_SEQ_CST);
        if (!__atomic_load_n(&lock->writing, __ATOMIC_SEQ_CST))
            return;
        __atomic_store_n(in, 0, __ATOMIC_RELEASE);
        marker(MARKER_WAIT_BEGIN);
        while (__atomic_load_n(&lock->writing, __ATOMIC_RELAXED)) /* a guess: we look again above */
            __builtin_ia32_pause();
        marker(MARKER_WAIT_END);
    }
}

static inline void
reader_leave(struct reader_lock *lock, unsigned core)
{
    /* Release: we have read all before the writer goes on (partner: writer_take). */
    __atomic_store_n(&lock->reader[core].in, 0, __ATOMIC_RELEASE);
}

/* `count` is the number of cores. */
static inline void
writer_take(struct reader_lock *lock, struct waiter *self, unsigned count)
{
    line_take(&lock->writers, self);
    __atomic_store_n(&lock->writing, 1, __ATOMIC_SEQ_CST); /* partner: reader_take */
    marker(MARKER_WAIT_BEGIN);
    for (unsigned core = 0; core < count; core++)
        while (__atomic_load_n(&lock->reader[core].in, __ATOMIC_SEQ_CST)) /* the same; and reader_leave */
            __builtin_ia32_pause();
    marker(MARKER_WAIT_END);
}

static inline void
writer_leave(struct reader_lock *lock, struct waiter *self)
{
    /* Release: readers see what we wrote (partner: reader_take). */
    __atomic_store_n(&lock->writing, 0, __ATOMIC_RELEASE);
    line_leave(&lock->writers, self);
}

#endif
