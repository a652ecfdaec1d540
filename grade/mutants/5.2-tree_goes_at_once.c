/* exercise: 5.2
 * believed: once the order to halt is given, the tree of the run may go, and whoever gave the order lets go of it
 * killed by: core_run_halt */
/* core_run.c body 2 */
    queue_lock(&core->object.lock);
    bool runs = core->condition == CORE_RUNNING;
    uint64_t run = core->run;
    queue_unlock(&core->object.lock);
    if (runs) {
        core_order(core->index, ORDER_HALT | run << ORDER_RUN_SHIFT);
        core_start_drop(core, &core->start);
    }
