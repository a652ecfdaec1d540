/* Exercise 5.3: the MCS lock. The contract stands in mcs_lock.h (Q1 to Q4). */
#include "mcs_lock.h"

#include "hole.h"
#include "machine.h"
#include "panic.h"

/* The node enters a queue: it must not be in one. */
static void
mcs_node_check_idle(const struct mcs_lock *lock, const struct mcs_node *node)
{
    if (node->lock != NULL)
        panic("MCS lock %p: the node %p is in the queue of %p", (void *)lock, (void *)node,
              (void *)node->lock);
}

void
mcs_lock(struct mcs_lock *lock, struct mcs_node *node)
{
    mcs_node_check_idle(lock, node);
    node->lock = lock;
    /* BEGIN 5.3 */
    __atomic_store_n(&node->next, NULL, __ATOMIC_RELAXED); /* nobody sees the node yet */
    __atomic_store_n(&node->waiting, 1, __ATOMIC_RELAXED);

    /* Release: whoever finds our node finds it made (partner: the acquire of our successor's exchange). Acquire, when
     * nobody was there: all that the last holder did (partner: the exchange by which it left); else: the predecessor's
     * node is made before we write into it. */
    struct mcs_node *before = __atomic_exchange_n(&lock->tail, node, __ATOMIC_ACQ_REL);
    if (before == NULL) {
        __atomic_store_n(&node->waiting, 0, __ATOMIC_RELAXED);
        return;
    }
    /* Release: `waiting` is 1 before the predecessor can find us and clear it (partner: its acquire of next). */
    __atomic_store_n(&before->next, node, __ATOMIC_RELEASE);
    while (__atomic_load_n(&node->waiting, __ATOMIC_ACQUIRE)) /* partner: the release in mcs_unlock */
        cpu_pause();
    /* END 5.3 */
}

bool
mcs_trylock(struct mcs_lock *lock, struct mcs_node *node)
{
    mcs_node_check_idle(lock, node);
    /* BEGIN 5.3 */
    __atomic_store_n(&node->next, NULL, __ATOMIC_RELAXED);
    __atomic_store_n(&node->waiting, 0, __ATOMIC_RELAXED);
    struct mcs_node *nobody = NULL;
    /* Orders as the exchange in mcs_lock does; where it fails, nothing is ours. */
    if (!__atomic_compare_exchange_n(&lock->tail, &nobody, node, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
        return false;
    node->lock = lock;
    return true;
    /* END 5.3 */
}

void
mcs_unlock(struct mcs_lock *lock, struct mcs_node *node)
{
    if (node->lock != lock || __atomic_load_n(&node->waiting, __ATOMIC_RELAXED))
        panic("MCS lock %p: the node %p does not hold it", (void *)lock, (void *)node);
    node->lock = NULL;
    /* BEGIN 5.3 */
    /* Acquire: the successor's node is made before we write into it (partner: the release in its mcs_lock). */
    struct mcs_node *next = __atomic_load_n(&node->next, __ATOMIC_ACQUIRE);
    if (next == NULL) {
        struct mcs_node *last = node;
        /* Release: nothing of the critical section moves down past it (partner: the exchange of who comes next). */
        if (__atomic_compare_exchange_n(&lock->tail, &last, NULL, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
            return;
        /* Somebody is at the tail, and about to tell us. */
        while ((next = __atomic_load_n(&node->next, __ATOMIC_ACQUIRE)) == NULL)
            cpu_pause();
    }
    /* Release, as above (partner: the acquire of waiting); from here on the next one's node may be gone. */
    __atomic_store_n(&next->waiting, 0, __ATOMIC_RELEASE);
    /* END 5.3 */
}
