/* exercise: 2.4
 * believed: whoever gets a copy has let go of the page by that
 * killed by: audit_after_work */
/* segment_copy_write.c body 3 */
struct page *page = segment_entry_page(segment, entry);
if (!page_is_shared(page))
    return 0;
struct page *copy = page_alloc(segment->object.home, PAGE_DATA);
if (!copy)
    return E_NOMEM;
memcpy(page_bytes(copy), page_bytes(page), PAGE_SIZE);
segment_entry_set(segment, entry, copy);
return 0;
