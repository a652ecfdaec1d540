/* exercise: 3.2
 * believed: an object that has a reference now can be given one more
 * killed by: share_cores_last_reference */
/* share_insert.c body 1 */
    assert(queue_held(&share->object.lock));
    struct share_table *table = share->table;
    uint32_t index = share_hash(object->id, table->slots);
    struct share_slot *slot;
    for (;; index = (index + 1) & (table->slots - 1)) {
        slot = share_table_slot(table, index);
        if (slot->id == object->id)
            return E_EXIST;
        if (slot->id == ID_FREE)
            break;
    }
    if (__atomic_load_n(&object->references, __ATOMIC_ACQUIRE) == 0)
        return E_NOENT;
    __atomic_add_fetch(&object->references, 1, __ATOMIC_ACQUIRE);
    __atomic_store_n(&slot->object, (uint64_t)object | (rights & RIGHT_ALL), __ATOMIC_RELAXED);
    __atomic_store_n(&slot->id, object->id, __ATOMIC_RELEASE);
    table->used++;
    table->live++;
    return 0;
