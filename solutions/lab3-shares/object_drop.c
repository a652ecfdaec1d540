/* Exercise 3.4: the last reference, and all that it held. Contracts: object.h (O1, O2) and share.h (H4). */
#include "share.h"

#include "hole.h"

/* This core's dead that have not been buried yet, linked by object.limbo. */
static PER_CORE struct {
    struct limbo_item *first;
    bool being_buried;
} dead;

void
object_drop(struct object *object)
{
    /* BEGIN 3.4 */
    /* Release: what we did with the object comes before its end. Acquire, for the last: so did all others. */
    if (__atomic_sub_fetch(&object->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    queue_lock(&object->lock);
    __atomic_fetch_or(&object->flags, OBJECT_DEAD, __ATOMIC_RELAXED); /* ordered by the lock */
    queue_unlock(&object->lock);

    __typeof__(dead) *own = CORE_OWN(dead);
    object->limbo.next = own->first;
    own->first = &object->limbo;
    if (own->being_buried)
        return; /* by the call that we are inside of */
    own->being_buried = true;
    for (unsigned count = 1; own->first != NULL; count++) {
        struct object *next = CONTAINER_OF(own->first, struct object, limbo);
        own->first = own->first->next;
        object_bury(next);
        if (count % SHARE_BATCH == 0)
            core_pass(); /* an order to halt is no reason to leave the dead lying */
    }
    own->being_buried = false;
    /* END 3.4 */
}

int
share_set_change(unsigned slot, struct share *share, uint64_t rights)
{
    /* BEGIN 3.4 */
    struct share_set_slot *own = &(*CORE_OWN(share_set))[slot];
    struct share *old = own->share;
    if (share != NULL && !object_hold(&share->object)) /* before the old one goes: it may be the same */
        return E_NOENT;
    *own = (struct share_set_slot){share, share != NULL ? rights : 0};
    if (old != NULL)
        object_drop(&old->object);
    return 0;
    /* END 3.4 */
}

void
share_empty(struct share *share)
{
    /* BEGIN 3.4 */
    uint32_t cursor = 0, passed = 0;
    uint64_t rights;
    for (struct object *object; (object = share_table_next(share->table, &cursor, &rights)) != NULL;) {
        object_drop(object);
        if (cursor - passed >= SHARE_BATCH) {
            core_pass();
            passed = cursor;
        }
    }
    /* END 3.4 */
}
