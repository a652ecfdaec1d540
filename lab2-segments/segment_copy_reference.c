/* Exercise 2.5: copy on reference. The contract stands in segment.h. */
#include "hole.h"
#include "segment.h"

int
segment_reference_page(struct segment *segment, uint64_t index, struct page **out)
{
    hole("2.5");
}
