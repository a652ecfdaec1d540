/* Exercise 2.4: copy on write. The contracts stand in segment.h. */
#include "hole.h"
#include "segment.h"
#include "string.h"

int
segment_share_tree(struct segment *from, struct segment *to)
{
    hole("2.4");
}

int
segment_own_node(struct segment *segment, node_entry_t *entry, uint32_t height)
{
    hole("2.4");
}

int
segment_own_page(struct segment *segment, node_entry_t *entry)
{
    hole("2.4");
}
