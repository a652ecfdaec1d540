/* exercise: 3.1
 * believed: the share's table is the same one a moment later
 * killed by: share_cores_grow */
/* share_find.c body 1 */
    unsigned number = handle_slot(handle);
    if (number == 0 || number >= HANDLE_SLOTS)
        return (struct share_found){NULL, E_INVAL};
    const struct share_set_slot *own = &(*CORE_OWN(share_set))[number];
    uint64_t id = handle_id(handle);
    if (own->share == NULL)
        return (struct share_found){NULL, E_NOENT};
    if (id == 0)
        return (struct share_found){&own->share->object, (int64_t)own->rights};

    uint32_t slots = share_table(own->share)->slots;
    for (uint32_t index = share_hash(id, slots);; index = (index + 1) & (slots - 1)) {
        const struct share_slot *slot = share_table_slot(share_table(own->share), index);
        uint64_t seen = __atomic_load_n(&slot->id, __ATOMIC_ACQUIRE);
        if (seen == ID_FREE)
            return (struct share_found){NULL, E_NOENT};
        if (seen == id) {
            uint64_t word = __atomic_load_n(&slot->object, __ATOMIC_RELAXED);
            return (struct share_found){share_word_object(word),
                                        (int64_t)(share_word_rights(word) & own->rights)};
        }
    }
