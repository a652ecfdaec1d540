/* exercise: 5.3
 * believed: no successor seen means that none comes
 * killed by: mcs_unlock_meets_newcomer */
/* mcs_lock.c body 3 */
struct mcs_node *next = __atomic_load_n(&node->next, __ATOMIC_ACQUIRE);
if (next == NULL)
    __atomic_store_n(&lock->tail, NULL, __ATOMIC_RELEASE);
else
    __atomic_store_n(&next->waiting, 0, __ATOMIC_RELEASE);
