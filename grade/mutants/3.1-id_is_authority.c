/* exercise: 3.1
 * believed: an id is authority: any share will do
 * killed by: share_find_own_set_only */
/* share_find.c body 1 */
unsigned number = handle_slot(handle);
if (number == 0 || number >= HANDLE_SLOTS)
    return (struct share_found){NULL, E_INVAL};
const struct share_set_slot *set = *CORE_OWN(share_set);
uint64_t id = handle_id(handle);
if (set[number].share == NULL)
    return (struct share_found){NULL, E_NOENT};
if (id == 0)
    return (struct share_found){&set[number].share->object, (int64_t)set[number].rights};

for (unsigned any = 1; any < HANDLE_SLOTS; any++) {
    if (set[any].share == NULL)
        continue;
    const struct share_table *table = share_table(set[any].share);
    uint32_t index = share_hash(id, table->slots);
    for (;; index = (index + 1) & (table->slots - 1)) {
        const struct share_slot *slot = share_table_slot(table, index);
        uint64_t seen = __atomic_load_n(&slot->id, __ATOMIC_ACQUIRE);
        if (seen == ID_FREE)
            break;
        if (seen == id)
            return (struct share_found){share_word_object(slot->object),
                                        (int64_t)(share_word_rights(slot->object) & set[any].rights)};
    }
}
return (struct share_found){NULL, E_NOENT};
