/* Breaking a copy changes which page a segment has at an index. Whoever sees the segment must see the new one, and so
 * frames change in the order clear, flush, wait, set: no table entry and no TLB shows the old page when its count
 * falls. The other way round, the other owner could find itself alone between the fall and the flush, write in place,
 * and be seen through what is left of our old entries. */
#include "segment_touch.h"

/* Whether this access to a segment that has copies puts another page in the place of one that is there: whether the
 * path to it is shared, and has to be ours. A count can fall while we look, by what other owners do; then entries are
 * cleared for nothing, and faults bring them back. None can rise: our path gains an owner only through this segment's
 * own lock. */
static bool
touch_replaces(const struct segment *segment, uint64_t index, enum access access)
{
    if (access == ACCESS_READ && !(segment->flags & SEGMENT_ON_REFERENCE))
        return false;
    bool shared = false;
    struct page *page = index < tree_room(segment->height) ? segment->root : NULL;
    for (uint32_t height = segment->height; page != NULL; height--) {
        shared |= page_is_shared(page);
        if (height == 0)
            return shared;
        page = segment_entry_page(segment, &node_entries(page)[node_index(index, height)]);
    }
    return false;
}

/* Apart from segment_touch, which then need not save registers for it. */
__attribute__((noinline)) static int
touch_copied(struct segment *segment, uint64_t index, enum access access, struct page **out)
{
    if (touch_replaces(segment, index, access))
        segment_clear_mappings(segment, index, index + 1);
    return segment_page(segment, index, access, out);
}

int
segment_touch(struct segment *segment, uint64_t index, enum access access, struct page **out)
{
    if (segment->flags & SEGMENT_COPIED)
        return touch_copied(segment, index, access, out);
    return segment_page(segment, index, access, out);
}
