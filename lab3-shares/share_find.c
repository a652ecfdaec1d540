/* Exercise 3.1: looking a handle up, without a lock and without a store. Contract: share.h (H1, H2). */
#include "share.h"

#include "hole.h"

struct share_found
share_find(uint64_t handle)
{
    hole("3.1");
}
