/* Exercise 2.3: an eager copy, and its undoing. The contract stands in segment.h. */
#include "hole.h"
#include "segment.h"
#include "string.h"

int
segment_copy_eager(struct segment *from, struct segment *to, uint64_t *index)
{
    hole("2.3");
}
