/* exercise: 3.4
 * believed: the dead are nobody's any more: one list will do for all cores
 * killed by: object_cores_drop */
/* object_drop.c body 1 */
    if (__atomic_sub_fetch(&object->references, 1, __ATOMIC_ACQ_REL) > 0)
        return;
    queue_lock(&object->lock);
    __atomic_fetch_or(&object->flags, OBJECT_DEAD, __ATOMIC_RELAXED);
    queue_unlock(&object->lock);

    __typeof__(dead) *all = CORE_AT(0, dead);
    object->limbo.next = all->first;
    all->first = &object->limbo;
    if (all->being_buried)
        return;
    all->being_buried = true;
    for (unsigned count = 1; all->first != NULL; count++) {
        struct object *next = CONTAINER_OF(all->first, struct object, limbo);
        all->first = all->first->next;
        object_bury(next);
        if (count % SHARE_BATCH == 0)
            core_pass();
    }
    all->being_buried = false;
