/* exercise: 5.4
 * believed: send the interrupt first: it takes its time, and meanwhile the flush is asked for
 * killed by: shootdown_unmap */
/* core_flush.c body 2 */
    for (uint32_t i = core_set_next(set, 0); i < CORE_MAX; i = core_set_next(set, i + 1)) {
        struct core *core = CORE_AT(i, core_words);
        if (core == core_this()) {
            __atomic_add_fetch(&core->want, 1, __ATOMIC_SEQ_CST);
            core_flush_own();
            continue;
        }
        CORE_OWN(core_counts)->asked++;
        uint64_t where = __atomic_load_n(&core->where, __ATOMIC_SEQ_CST);
        if (WHERE_STATE(where) == CORE_RING3) {
            core_interrupt(i);
            while (__atomic_load_n(&core->where, __ATOMIC_ACQUIRE) == where)
                cpu_pause();
        }
        __atomic_add_fetch(&core->want, 1, __ATOMIC_SEQ_CST);
    }
