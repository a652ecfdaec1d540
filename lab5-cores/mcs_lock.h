/* MCS lock: a queue in which everybody waits on a cache line of its own. Exercise 5.3.
 *
 * All who wait for a ticket lock read one word. Each release takes its line away from all of them, and each of them
 * fetches it again: the more wait, the more a hand-over costs. Here the lock is only the end of a queue of nodes. Who
 * waits reads a word of its own node, and the one before it clears that word when it leaves: a hand-over moves one
 * line, however many wait. (Mellor-Crummey and Scott, "Algorithms for scalable synchronization on shared-memory
 * multiprocessors", 1991.)
 *
 *     lock.tail ------------------------------------------------+
 *                                                               v
 *     node of core 2            node of core 0            node of core 3
 *     next -------------------> next -------------------> next: null
 *     waiting: 0, it holds      waiting: 1                waiting: 1
 *     the lock
 *
 * Core 1 comes, in two steps: it puts its node at the tail and sees which was there; then that node learns of it.
 *
 *     lock.tail --------------------------------------------------------------------------+
 *                                                                                         v
 *     node of core 2            node of core 0            node of core 3            node of core 1
 *     next -------------------> next -------------------> next: null      (2) - - > next: null
 *     waiting: 0                waiting: 1                waiting: 1                waiting: 1
 *
 * Q1  The tail is null exactly while nobody holds the lock and nobody waits.
 * Q2  Nodes take their places by the order in which they were put at the tail; the first holds the lock.
 * Q3  `next` becomes a node's successor once, by the successor's hand; `waiting` becomes 0 once, by the predecessor's.
 * Q4  A node is nobody else's before mcs_lock and after mcs_unlock: it may lie on a stack.
 *
 * Kernel code, interrupts off: a holder is never interrupted by code that takes the lock again. Lock order is stated
 * where the locks stand. Nothing here asks which core it runs on. */
#ifndef COREY_MCS_LOCK_H
#define COREY_MCS_LOCK_H

#include "types.h"

struct mcs_lock;

/* One for each lock that somebody holds or waits for; zeros at first: struct mcs_node node = {0}; */
struct mcs_node {
    _Alignas(
        CACHE_LINE) struct mcs_node *next; /* atomic: who comes next; null: nobody has said so yet (Q3) */
    uint32_t waiting;                      /* atomic: 1 until the lock is ours (Q3) */
    struct mcs_lock *lock; /* whose queue it is in, null: none; only its owner looks: misuse panics */
};

/* Zeros: free. */
struct mcs_lock {
    struct mcs_node *tail; /* atomic: who came last (Q1) */
};

/* Queues up and waits until the lock is ours. The node stays valid and untouched until mcs_unlock. Panics when the
 * node is in a queue already. Orders: nothing of the critical section moves up (acquire; partner: the release in
 * mcs_unlock). */
void mcs_lock(struct mcs_lock *lock, struct mcs_node *node);

/* True when it was free and is ours now, by this node; never waits. False: the node is in no queue. Panics as
 * mcs_lock. */
bool mcs_trylock(struct mcs_lock *lock, struct mcs_node *node);

/* Gives the lock to who came next, if anybody did; the node is its owner's again. Panics when the node does not hold
 * this lock. Orders: nothing of the critical section moves down (release; partner: the acquire of the next holder). */
void mcs_unlock(struct mcs_lock *lock, struct mcs_node *node);

#endif
