/* exercise: 4.2
 * believed: where a fault was, there is no entry yet: it is entered, and counted, without a look
 * killed by: tree_cores_fault_once_on_4 */
/* fault_enter.c body 1 */
    uint64_t needed = access == ACCESS_WRITE ? PERM_R | PERM_W : PERM_R;
    if ((place->perm & needed) != needed || place->index >= place->segment->pages)
        return E_FAULT;
    struct page *page;
    int error = segment_touch(place->segment, place->index, access, &page);
    if (error)
        return error;

    uint64_t *entry = place_entry(root, address, place);
    if (entry == NULL) {
        int linked = place_make(root, address, place);
        if (linked < 0)
            return linked;
        entry = place_entry(root, address, place);
        if (entry == NULL)
            return 0;
    }
    uint64_t perm = place->mapping->perm & (access == ACCESS_WRITE ? PERM_ALL : ~(uint64_t)PERM_W);
    entry_store(entry, page_address(page) | entry_bits(perm));
    CORE_OWN(tree_counts)->page_ins++;
    return 0;
