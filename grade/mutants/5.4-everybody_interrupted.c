/* exercise: 5.4
 * believed: whoever is asked for a flush must be interrupted for it (right, but dear: twin of sent_then_cleared)
 * killed by: shootdown_lets_sleepers_sleep */
/* core_flush.c body 2 */
    for (uint32_t i = core_set_next(set, 0); i < CORE_MAX; i = core_set_next(set, i + 1)) {
        struct core *core = CORE_AT(i, core_words);
        __atomic_add_fetch(&core->want, 1, __ATOMIC_SEQ_CST);
        if (core == core_this()) {
            core_flush_own();
            continue;
        }
        CORE_OWN(core_counts)->asked++;
        core_interrupt(i);
    }
    for (uint32_t i = core_set_next(set, 0); i < CORE_MAX; i = core_set_next(set, i + 1)) {
        const struct core *core = CORE_AT(i, core_words);
        uint64_t ticket = __atomic_load_n(&core->want, __ATOMIC_RELAXED);
        while (core_flush_waits(core, ticket))
            cpu_pause();
    }
