/* exercise: 2.4
 * believed: a page that was shared a moment ago has another owner still: it need not be freed here
 * killed by: segment_cores_last_owner */
/* segment_copy_write.c body 3 */
    struct page *page = segment_entry_page(segment, entry);
    if (!page_is_shared(page))
        return 0;
    struct page *copy = page_alloc(segment->object.home, PAGE_DATA);
    if (!copy)
        return E_NOMEM;
    memcpy(page_bytes(copy), page_bytes(page), PAGE_SIZE);
    segment_entry_set(segment, entry, copy);
    page_drop(page);
    return 0;
