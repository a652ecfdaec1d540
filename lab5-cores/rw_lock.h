/* Read-write lock for what is read on all cores and rarely changed: a reader writes its own core's line only.
 *
 * A count of readers would be one line that every reader takes from the one before. Here each core says in per-core
 * data that it is reading; a writer, who pays for that, says that it has come and then looks at every core. Both write
 * first and look afterwards, with a full fence between, so at least one of the two sees the other:
 *
 *      reader                               writer
 *      write own line                       write turn
 *      full fence                           full fence
 *      read turn                            read every core's line
 *
 * `turn` is even while no writer is there and odd while one is in or waits for readers; each writer raises it twice. A
 * reader says since which turn it has been there, so who waits for whom is a matter of who was first:
 *
 *      turn             4     | 5: a writer        | 6     | 7: the next writer
 *      came in turn 4   reads until it is done; writer 5 waits for it
 *      came in turn 5           waits for writer 5; reads from turn 6 on; writer 7 waits for it
 *
 * R1  No reader is in while a writer is, and of writers only one.
 * R2  A reader that comes when a writer has come is not in before that writer has been: readers starve no writer.
 * R3  A reader waits for one writer at most: writers starve no reader.
 *
 * Kernel code, interrupts off; a core reads under a lock once at a time. Readers' lines are per-core data, as many as
 * there are cores, near each; therefore a lock is a static variable:  RW_LOCK(name);  */
#ifndef COREY_RW_LOCK_H
#define COREY_RW_LOCK_H

#include "core.h"
#include "mcs_lock.h"

/* A core's line. */
struct rw_reader {
    _Alignas(CACHE_LINE) uint64_t since; /* atomic: 0: not here; else 1 + the turn in which it came */
};

struct rw_lock {
    _Alignas(CACHE_LINE) uint64_t turn;           /* atomic; written by the writer that holds `writers` */
    struct rw_reader *readers;                    /* a PER_CORE variable; constant */
    _Alignas(CACHE_LINE) struct mcs_lock writers; /* held by the writer that is in, or waits for readers */
};

#define RW_LOCK(name)                                                                                        \
    static PER_CORE struct rw_reader name##_readers;                                                         \
    static struct rw_lock name = {.readers = &name##_readers}

/* Waits until this core may read. Panics when it is reading under this lock already: a writer that comes between the
 * two would wait for the first, and the second for the writer. Orders as an acquire (partner: rw_write_unlock). */
void rw_read_lock(struct rw_lock *lock);

/* Panics when this core is not reading. Orders as a release (partner: the writer that sees it). */
void rw_read_unlock(struct rw_lock *lock);

/* Waits until all readers that came before have left, and all writers. Node: as mcs_lock. Panics when this core is
 * reading under this lock. Orders as an acquire (partners: rw_read_unlock, rw_write_unlock). */
void rw_write_lock(struct rw_lock *lock, struct mcs_node *node);

/* Panics when the node does not hold the lock. Orders as a release (partners: rw_read_lock, rw_write_lock). */
void rw_write_unlock(struct rw_lock *lock, struct mcs_node *node);

#endif
