/* exercise: 4.4
 * believed: a flush is the business of whoever clears the entry; then what it led to may be freed
 * killed by: shootdown_unmap */
/* tree_clear.c body 1 */
    struct page *gone = NULL;
    uint64_t end = start + bytes, slot = round_down(start, LARGE_PAGE_SIZE);
    tree_change_entries(tree, start, bytes, 0);
    for (uint64_t *entry; (entry = tree_next_table(tree, &slot, end)) != NULL; slot += LARGE_PAGE_SIZE) {
        bool borrowed = entry_load(entry) & ENTRY_BORROWED;
        if (!borrowed && tree_needs_table(tree, slot))
            continue;
        struct page *table = page_at(entry_load(entry) & ENTRY_ADDRESS);
        if (!borrowed)
            tree_recall_table(tree, slot);
        entry_store(entry, 0);
        if (page_drop(table)) {
            table->next = gone;
            gone = table;
        }
    }
    struct core_set here = {};
    core_set_add(&here, core_index());
    core_flush(&here);
    while (gone != NULL) {
        struct page *table = gone;
        gone = table->next;
        tree_free_table(tree, table);
    }
