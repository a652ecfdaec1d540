/* Exercise 2.5: copy on reference. The contract stands in segment.h. */
#include "hole.h"
#include "segment.h"

int
segment_reference_page(struct segment *segment, uint64_t index, struct page **out)
{
    /* BEGIN 2.5 */
    node_entry_t *entry;
    int error = segment_own_path(segment, index, &entry);
    if (!error)
        error = segment_own_page(segment, entry);
    if (!error)
        *out = segment_entry_page(segment, entry);
    return error;
    /* END 2.5 */
}
