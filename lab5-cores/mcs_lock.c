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
    hole("5.3");
}

bool
mcs_trylock(struct mcs_lock *lock, struct mcs_node *node)
{
    mcs_node_check_idle(lock, node);
    hole("5.3");
}

void
mcs_unlock(struct mcs_lock *lock, struct mcs_node *node)
{
    if (node->lock != lock || __atomic_load_n(&node->waiting, __ATOMIC_RELAXED))
        panic("MCS lock %p: the node %p does not hold it", (void *)lock, (void *)node);
    node->lock = NULL;
    hole("5.3");
}
