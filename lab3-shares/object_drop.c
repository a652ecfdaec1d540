/* Exercise 3.4: the last reference, and all that it held. Contracts: object.h (O1, O2) and share.h (H4). */
#include "share.h"

#include "hole.h"

/* This core's dead that have not been buried yet, linked by object.limbo. */
static PER_CORE struct {
    struct limbo_item *first;
    bool being_buried;
} dead;

void
object_drop(struct object *object)
{
    hole("3.4");
}

int
share_set_change(unsigned slot, struct share *share, uint64_t rights)
{
    hole("3.4");
}

void
share_empty(struct share *share)
{
    hole("3.4");
}
