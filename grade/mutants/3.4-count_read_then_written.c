/* exercise: 3.4
 * believed: an atomic load and an atomic store make an atomic decrement
 * killed by: object_cores_drop */
/* object_drop.c body 1 */
    uint32_t left = __atomic_load_n(&object->references, __ATOMIC_ACQUIRE) - 1;
    __atomic_store_n(&object->references, left, __ATOMIC_RELEASE);
    if (left > 0)
        return;
    queue_lock(&object->lock);
    __atomic_fetch_or(&object->flags, OBJECT_DEAD, __ATOMIC_RELAXED);
    queue_unlock(&object->lock);

    __typeof__(dead) *own = CORE_OWN(dead);
    object->limbo.next = own->first;
    own->first = &object->limbo;
    if (own->being_buried)
        return;
    own->being_buried = true;
    for (unsigned count = 1; own->first != NULL; count++) {
        struct object *next = CONTAINER_OF(own->first, struct object, limbo);
        own->first = own->first->next;
        object_bury(next);
        if (count % SHARE_BATCH == 0)
            core_pass();
    }
    own->being_buried = false;
