/* exercise: 2.4
 * believed: a shared node keeps what it points to, so the clone can count on that later
 * killed by: segment_cores_last_owner */
/* segment_copy_write.c body 2 */
    struct page *node = segment_entry_page(segment, entry);
    if (!page_is_shared(node))
        return 0;
    struct page *clone = page_alloc(segment->object.home, PAGE_NODE);
    if (!clone)
        return E_NOMEM;
    memcpy(page_bytes(clone), page_bytes(node), PAGE_SIZE);
    segment_entry_set(segment, entry, clone);
    segment_unlink(segment, node, height);
    for (unsigned i = 0; i < NODE_ENTRIES; i++)
        if (node_entries(clone)[i])
            page_hold(page_at(node_entries(clone)[i]));
    return 0;
