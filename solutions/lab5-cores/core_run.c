/* Exercise 5.2: a program is started on another core, and halted. Contract: core_object.h (K1 to K4). */
#include "core_object.h"

#include "hole.h"

int
core_run_start(struct core_object *core, const struct core_start *start)
{
    /* BEGIN 5.2 */
    int error = core_start_hold(core, start);
    if (error < 0)
        return error;
    queue_lock(&core->object.lock);
    if (core->condition == CORE_RUNNING || !tree_claim(start->root, core->index))
        error = E_BUSY;
    else {
        core->condition = CORE_RUNNING;
        core->run = core_run_number(core);
        core->parent = core_index();
        core->parent_run = core_this()->run;
        core->start = *start;
    }
    queue_unlock(&core->object.lock);
    if (error < 0)
        core_start_drop(core, start);
    else
        core_run_hand_over(core);
    return error;
    /* END 5.2 */
}

void
core_run_halt(struct core_object *core)
{
    /* BEGIN 5.2 */
    queue_lock(&core->object.lock);
    bool runs = core->condition == CORE_RUNNING;
    uint64_t run = core->run;
    queue_unlock(&core->object.lock);
    if (runs)
        core_order(core->index, ORDER_HALT | run << ORDER_RUN_SHIFT);
    /* END 5.2 */
}
