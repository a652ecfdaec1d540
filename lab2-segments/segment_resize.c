/* Exercise 2.2: resize. The contract stands in segment.h. */
#include "hole.h"
#include "segment.h"

/* Makes each node that keeps a part of its pages the segment's own: after this nothing can fail any more. */
static int
segment_own_boundary(struct segment *segment, uint64_t pages)
{
    hole("2.2");
}

/* Gives up all pages of the tree at `entry` but the first `keep`, and each node that then holds nothing. */
static void
segment_trim(struct segment *segment, node_entry_t *entry, uint32_t height, uint64_t keep)
{
    hole("2.2");
}

int
segment_resize(struct segment *segment, uint64_t pages)
{
    hole("2.2");
}
