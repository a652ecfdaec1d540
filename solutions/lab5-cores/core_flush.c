/* Exercise 5.4: shootdown. The contract stands in core.h, the way in core_flush.h. */
#include "core_flush.h"

#include "hole.h"
#include "machine.h"

/* Whether the core may still be in ring 3 with translations from before its want was raised to `ticket`. */
static bool
core_flush_waits(const struct core *core, uint64_t ticket)
{
    /* BEGIN 5.4 */
    /* SEQ_CST: after the raise (partner: the exchange of `where` on the way to ring 3). Acquire: the flush is made. */
    return WHERE_STATE(__atomic_load_n(&core->where, __ATOMIC_SEQ_CST)) == CORE_RING3 &&
           __atomic_load_n(&core->done, __ATOMIC_ACQUIRE) < ticket;
    /* END 5.4 */
}

void
core_flush(const struct core_set *set)
{
    /* BEGIN 5.4 */
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
    for (uint32_t i = core_set_next(set, 0); i < CORE_MAX; i = core_set_next(set, i + 1)) {
        const struct core *core = CORE_AT(i, core_words);
        /* Ours, or a later one that covers ours. */
        uint64_t ticket = __atomic_load_n(&core->want, __ATOMIC_RELAXED);
        while (core_flush_waits(core, ticket))
            cpu_pause();
    }
    /* END 5.4 */
}
