/* Exercise 2.2: resize. The contract stands in segment.h. */
#include "hole.h"
#include "segment.h"

/* Makes each node that keeps a part of its pages the segment's own: after this nothing can fail any more. */
static int
segment_own_boundary(struct segment *segment, uint64_t pages)
{
    /* BEGIN 2.2 */
    node_entry_t *entry = NULL;
    for (uint32_t height = segment->height; height > 0; height--) {
        struct page *node = segment_entry_page(segment, entry);
        if (!node || (pages & (tree_room(height) - 1)) == 0)
            break; /* nothing there, or all of it stays, or all of it goes */
        int error = segment_own_node(segment, entry, height);
        if (error)
            return error;
        node = segment_entry_page(segment, entry);
        entry = &node_entries(node)[node_index(pages, height)];
    }
    return 0;
    /* END 2.2 */
}

/* Gives up all pages of the tree at `entry` but the first `keep`, and each node that then holds nothing. */
static void
segment_trim(struct segment *segment, node_entry_t *entry, uint32_t height, uint64_t keep)
{
    /* BEGIN 2.2 */
    struct page *page = segment_entry_page(segment, entry);
    if (!page || keep >= tree_room(height))
        return;
    bool empty = true;
    for (unsigned i = 0; keep > 0 && i < NODE_ENTRIES; i++) {
        uint64_t start = i * tree_room(height - 1);
        node_entry_t *child = &node_entries(page)[i];
        segment_trim(segment, child, height - 1, keep > start ? keep - start : 0);
        empty &= *child == 0;
    }
    if (empty) {
        segment_entry_set(segment, entry, NULL);
        segment_release_tree(segment, page, height);
    }
    /* END 2.2 */
}

int
segment_resize(struct segment *segment, uint64_t pages)
{
    /* BEGIN 2.2 */
    if (pages > SEGMENT_PAGES_MOST)
        return E_INVAL;
    if (segment->flags & SEGMENT_READ_ONLY)
        return E_PERM;
    if (pages < segment->pinned_end)
        return E_BUSY;
    if (pages < segment->pages) {
        int error = pages < tree_room(segment->height) ? segment_own_boundary(segment, pages) : 0;
        if (error)
            return error;
        segment_trim(segment, NULL, segment->height, pages);
        segment_lower(segment, pages);
    }
    segment->pages = pages;
    return 0;
    /* END 2.2 */
}
