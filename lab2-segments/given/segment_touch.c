/* Breaking a copy changes which page a segment has at an index. Whoever sees the segment must see the new
 * one: a table entry that still shows the old page would go on showing what the other owner of it has. */
#include "segment_touch.h"

/* The page that is there now, or null. */
static struct page *
segment_page_there(const struct segment *segment, uint64_t index)
{
    struct page *page = index < tree_room(segment->height) ? segment->root : NULL;
    for (uint32_t height = segment->height; page != NULL && height > 0; height--)
        page = segment_entry_page(segment, &node_entries(page)[node_index(index, height)]);
    return page;
}

int
segment_touch(struct segment *segment, uint64_t index, enum access access, struct page **out)
{
    struct page *before = segment_page_there(segment, index);
    int error = segment_page(segment, index, access, out);
    if (!error && before != NULL && before != *out)
        segment_clear_page(segment, index);
    return error;
}

__attribute__((weak)) void /* until lab 4 */
segment_clear_page(__attribute__((unused)) struct segment *segment, __attribute__((unused)) uint64_t index)
{
}
