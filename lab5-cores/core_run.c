/* Exercise 5.2: a program is started on another core, and halted. Contract: core_object.h (K1 to K4). */
#include "core_object.h"

#include "hole.h"

int
core_run_start(struct core_object *core, const struct core_start *start)
{
    hole("5.2");
}

void
core_run_halt(struct core_object *core)
{
    hole("5.2");
}
