/* exercise: 2.4
 * believed: only the copy needs protection: the source writes in place
 * killed by: segment_copy_write_source_apart */
/* segment_copy_write.c body 1 */
int error = account_charge(to->object.account, (from->pages_held + from->nodes_held) * PAGE_SIZE);
if (error)
    return error;
if (from->root)
    page_hold(from->root);
to->root = from->root;
to->height = from->height;
to->pages_held = from->pages_held;
to->nodes_held = from->nodes_held;
to->flags |= 1u << 31; /* a copy: protected */
return 0;
/* segment_copy_write.c body 2 */
struct page *node = segment_entry_page(segment, entry);
if (!(segment->flags & 1u << 31) || !page_is_shared(node))
    return 0;
struct page *clone = page_alloc(segment->object.home, PAGE_NODE);
if (!clone)
    return E_NOMEM;
memcpy(page_bytes(clone), page_bytes(node), PAGE_SIZE);
for (unsigned i = 0; i < NODE_ENTRIES; i++)
    if (node_entries(clone)[i])
        page_hold(page_at(node_entries(clone)[i]));
segment_entry_set(segment, entry, clone);
segment_unlink(segment, node, height);
return 0;
/* segment_copy_write.c body 3 */
struct page *page = segment_entry_page(segment, entry);
if (!(segment->flags & 1u << 31) || !page_is_shared(page))
    return 0;
struct page *copy = page_alloc(segment->object.home, PAGE_DATA);
if (!copy)
    return E_NOMEM;
memcpy(page_bytes(copy), page_bytes(page), PAGE_SIZE);
segment_entry_set(segment, entry, copy);
segment_unlink(segment, page, 0);
return 0;
