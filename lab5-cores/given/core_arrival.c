/* The given part of starting a core: its memory, its arrival, and what it does before it counts. */
#include "core_arrival.h"

#include "console.h"
#include "core_start.h"
#include "core_work.h"
#include "machine.h"
#include "page.h"
#include "paging.h"
#include "panic.h"
#include "startup.h"
#include "timer.h"
#include "trap.h"

struct core_arrival core_arrivals[APIC_ID_MOST + 1];
uint8_t start_page;

static struct core *spare; /* made, and never touched: the core that it was for was given up */

/* Whether there is memory for one more core's stacks and data, and the tables that map them. */
static bool
core_memory_suffices(void)
{
    uint64_t data = round_up((uint64_t)(percore_end - percore_start), PAGE_SIZE) / PAGE_SIZE;
    return page_free_count() > 4 * (data + CORE_STACK_PAGES);
}

bool
core_prepare(uint32_t apic_id)
{
    if (spare == NULL && !core_memory_suffices()) {
        console_print("no memory for the core with APIC id %u: left out\n", apic_id);
        return false;
    }
    struct core *core = spare;
    if (core == NULL) {
        core = core_make(apic_id);
        trap_prepare(core, (uint64_t)stack_make(CORE_STACK_PAGES));
    }
    spare = NULL;
    core->apic_id = apic_id;
    struct core_arrival *arrival = &core_arrivals[apic_id];
    arrival->core = core;
    /* Release: all of the core's memory is ready before it may take it (partner: the exchange in core_arrive). */
    __atomic_store_n(&arrival->state, ARRIVAL_ASKED, __ATOMIC_RELEASE);
    return true;
}

void
clock_wait(uint64_t ticks)
{
    for (uint64_t start = clock_ticks(); clock_ticks() - start < ticks;)
        cpu_pause();
}

bool
core_arrives_within(uint32_t apic_id, uint64_t ticks)
{
    uint64_t start = clock_ticks();
    /* Relaxed: nothing of the other core's is looked at yet. */
    while (__atomic_load_n(&core_arrivals[apic_id].state, __ATOMIC_RELAXED) == ARRIVAL_ASKED) {
        if (clock_ticks() - start >= ticks)
            return false;
        cpu_pause();
    }
    return true;
}

bool
core_give_up(uint32_t apic_id)
{
    struct core_arrival *arrival = &core_arrivals[apic_id];
    uint64_t asked = ARRIVAL_ASKED;
    /* Partner: the exchange in core_arrive; one of the two succeeds. It hands nothing over. */
    if (!__atomic_compare_exchange_n(&arrival->state, &asked, ARRIVAL_TOO_LATE, false, __ATOMIC_RELAXED,
                                     __ATOMIC_RELAXED))
        return false;
    spare = arrival->core;
    console_print("core with APIC id %u does not start: left out\n", apic_id);
    return true;
}

void
core_join(uint32_t apic_id)
{
    struct core_arrival *arrival = &core_arrivals[apic_id];
    uint64_t state = __atomic_load_n(&arrival->state, __ATOMIC_RELAXED);
    assert(state == ARRIVAL_CAME || state == ARRIVAL_UP); /* S1: else this might wait for ever */
    /* Acquire: all that the core has set up is seen (partner: the release in core_set_up). */
    while (__atomic_load_n(&arrival->state, __ATOMIC_ACQUIRE) != ARRIVAL_UP)
        cpu_pause();
    core_add(arrival->core);
}

void
core_set_up(struct core_arrival *arrival)
{
    paging_load();
    trap_load();
    TABLE_EACH (each_core, startup_function, step)
        (*step)();
    /* Release: partner in core_join. */
    __atomic_store_n(&arrival->state, ARRIVAL_UP, __ATOMIC_RELEASE);
    core_idle();
}
