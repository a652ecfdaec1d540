/* Exercise 2.1: page lookup and demand zero. The contract stands in segment.h. */
#include "hole.h"
#include "segment.h"

int
segment_page(struct segment *segment, uint64_t index, enum access access, struct page **out)
{
    /* BEGIN 2.1 */
    if (index >= segment->pages)
        return E_INVAL;
    if (access == ACCESS_WRITE && (segment->flags & SEGMENT_READ_ONLY))
        return E_PERM;

    struct page *page = access == ACCESS_READ && index < tree_room(segment->height) ? segment->root : NULL;
    bool shared = page && page_is_shared(page);
    for (uint32_t height = segment->height; page && height > 0; height--) {
        page = segment_entry_page(segment, &node_entries(page)[node_index(index, height)]);
        shared |= page && page_is_shared(page);
    }
    if (page && shared && (segment->flags & SEGMENT_ON_REFERENCE))
        return segment_reference_page(segment, index, out);
    if (page) {
        *out = page;
        return 0;
    }

    node_entry_t *entry;
    int error = segment_own_path(segment, index, &entry);
    if (!error && segment_entry_page(segment, entry) != NULL) {
        error = segment_own_page(segment, entry);
        *out = segment_entry_page(segment, entry);
    } else if (!error && (error = segment_add_page(segment, out)) == 0) {
        segment_entry_set(segment, entry, *out);
    }
    return error;
    /* END 2.1 */
}
