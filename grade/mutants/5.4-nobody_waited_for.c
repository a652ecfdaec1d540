/* exercise: 5.4
 * believed: an interrupt that is sent is as good as a flush that is made
 * killed by: core_flush_waits_for_flush */
/* core_flush.c body 2 */
    for (uint32_t i = core_set_next(set, 0); i < CORE_MAX; i = core_set_next(set, i + 1)) {
        struct core *core = CORE_AT(i, core_words);
        uint64_t ticket = __atomic_add_fetch(&core->want, 1, __ATOMIC_SEQ_CST);
        if (core == core_this()) {
            core_flush_own();
            continue;
        }
        CORE_OWN(core_counts)->asked++;
        if (core_flush_waits(core, ticket))
            core_interrupt(i);
    }
