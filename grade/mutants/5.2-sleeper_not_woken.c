/* exercise: 5.2
 * believed: an order stands in memory, where the core finds it when it next looks: one that sleeps, too
 * killed by: core_run_halt */
/* core_run.c body 2 */
    queue_lock(&core->object.lock);
    if (core->condition == CORE_RUNNING)
        __atomic_fetch_or(&CORE_AT(core->index, core_words)->orders, ORDER_HALT | core->run << ORDER_RUN_SHIFT,
                          __ATOMIC_SEQ_CST);
    queue_unlock(&core->object.lock);
