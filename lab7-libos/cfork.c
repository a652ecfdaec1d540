/* Exercise 7.1: a copy of this program on another core. Contract: cfork.h. */
#include "cfork.h"

#include "again.h"
#include "calls.h"
#include "core_calls.h"
#include "hole.h"
#include "start.h"

int64_t
cfork_mapping(const struct launch *launch, uint64_t to, const struct mapping_entry *mapping)
{
    hole("7.1");
}

int64_t
cfork_start(struct core_context *context)
{
    hole("7.1");
}
