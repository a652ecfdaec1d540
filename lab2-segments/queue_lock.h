/* Queue lock: the lock of every object, which many cores may want at once.
 *
 * All who wait for a ticket lock read one word, and each release takes its line away from all of them. Here only the
 * first of those who wait looks at the lock; each of the others watches a line of its own, which the one before it
 * writes. A core waits for one lock at a time, so one such line a core is enough, whatever it holds already; and a lock
 * is two numbers of cores (each its index + 1; 0: none):
 *
 *     lock        holder: 2, tail: 6 ----------------------------+      core 1 is in
 *                                                                v
 *     waiters     core 4 -----------------> core 0 ----------> core 5
 *                 first: 1                  first: 0           first: 0
 *                 waits for holder = 0      each watches its own line
 *
 * A line that goes from core to core within a cluster, where cores share their last cache, takes a fifth or less of the
 * time that it takes from one cluster to another. So the first of the queue passes over those who are not near it. They
 * wait as groups, one a cluster, which it hands on together with its place. Then the lock, and what it guards, stay in
 * one cluster for QUEUE_NEAR turns in a row, or until nobody there wants it; then the group that was passed over first
 * stands at the head of the queue. (After Dice and Kogan, "Compact NUMA-aware locks", EuroSys 2019.)
 *
 * W1  Nobody holds it and nobody waits: both numbers are 0. Only then a newcomer takes it directly.
 * W2  While `tail` is not 0, only the first of the queue may take the lock.
 * W3  A waiter's `next` becomes not 0 once, by the hand of who came next; from then on it is the first's to change. The
 *     rest of its line is written by the one before it, last of all `first`.
 * W4  Who has been passed over keeps its place in its group, and that among groups: it waits for QUEUE_NEAR turns of
 *     each other cluster at most.
 *
 * Kernel code, interrupts off: a holder is never interrupted by code that takes the lock again; NMI, #DF and #MC take
 * no lock. Lock order is stated where the locks stand. */
#ifndef COREY_QUEUE_LOCK_H
#define COREY_QUEUE_LOCK_H

#include "types.h"

#define QUEUE_NEAR 256 /* turns in a row within a cluster, while others wait */

/* Zeros: free. */
union queue_lock {
    uint32_t word; /* both at once; atomic, as are: */
    struct {
        uint16_t holder; /* the core that holds it */
        uint16_t tail;   /* who came last of those that wait */
    };
};

/* Waits until it is ours. Panics when this core holds it already. Orders: nothing of the critical section moves up
 * (acquire; partner: the release in queue_unlock). */
void queue_lock(union queue_lock *lock);

/* Gives it up. Panics when this core is not the holder. Orders as a release. */
void queue_unlock(union queue_lock *lock);

/* Whether this core holds it: for assertions. */
bool queue_held(const union queue_lock *lock);

#endif
