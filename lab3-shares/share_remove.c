/* Exercise 3.3: taking an entry out while others may be looking. Contract: share.h (H3, H4). */
#include "share.h"

#include "hole.h"
#include "panic.h"

int
share_remove(struct share *share, uint64_t id, struct object **out)
{
    hole("3.3");
}
