/* exercise: 3.3
 * believed: with nothing behind it, a removed entry can be marked free, and its slot used again
 * killed by: share_cores_same_slot */
/* share_remove.c body 1 */
    assert(queue_held(&share->object.lock));
    struct share_table *table = share->table;
    uint32_t index = share_hash(id, table->slots);
    struct share_slot *slot = share_table_slot(table, index);
    while (slot->id != id) {
        if (slot->id == ID_FREE)
            return E_NOENT;
        index = (index + 1) & (table->slots - 1);
        slot = share_table_slot(table, index);
    }
    *out = share_word_object(slot->object);
    bool last = share_table_slot(table, (index + 1) & (table->slots - 1))->id == ID_FREE;
    __atomic_store_n(&slot->id, last ? ID_FREE : ID_REMOVED, __ATOMIC_RELAXED);
    table->live--;
    table->used -= last;
    return 0;
