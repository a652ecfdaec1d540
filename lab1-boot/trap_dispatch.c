/* Exercise 1.4, the part in C: from a trap to who handles it. The contract stands in trap.h. */
#include "hole.h"
#include "trap.h"

void
trap_dispatch(struct trap_frame *frame)
{
    hole("1.4");
}
