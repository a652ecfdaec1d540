/* Exercise 2.4: copy on write. The contracts stand in segment.h. */
#include "hole.h"
#include "segment.h"
#include "string.h"

int
segment_share_tree(struct segment *from, struct segment *to)
{
    /* BEGIN 2.4 */
    int error = account_charge(to->object.account, (from->pages_held + from->nodes_held) * PAGE_SIZE);
    if (error)
        return error;
    if (from->root)
        page_hold(from->root);
    to->root = from->root;
    to->height = from->height;
    to->pages_held = from->pages_held;
    to->nodes_held = from->nodes_held;
    return 0;
    /* END 2.4 */
}

int
segment_own_node(struct segment *segment, node_entry_t *entry, uint32_t height)
{
    /* BEGIN 2.4 */
    struct page *node = segment_entry_page(segment, entry);
    if (!page_is_shared(node))
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
    /* END 2.4 */
}

int
segment_own_page(struct segment *segment, node_entry_t *entry)
{
    /* BEGIN 2.4 */
    struct page *page = segment_entry_page(segment, entry);
    if (!page_is_shared(page))
        return 0;
    struct page *copy = page_alloc(segment->object.home, PAGE_DATA);
    if (!copy)
        return E_NOMEM;
    memcpy(page_bytes(copy), page_bytes(page), PAGE_SIZE);
    segment_entry_set(segment, entry, copy);
    segment_unlink(segment, page, 0);
    return 0;
    /* END 2.4 */
}
