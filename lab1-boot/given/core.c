/* Cores watching each other: the words where, orders, want and done (core.h says what each is).
 *
 * The pairs that everything hangs on are alike: one core writes A and then reads B, the other writes B and then
 * reads A, each with a full fence between. Then at least one of them sees what the other wrote.
 *
 *      giving an order, asking for a flush      leaving the kernel, falling asleep
 *      write orders or want                     write where := ring 3 or asleep
 *      full fence                               full fence
 *      read where                               read orders and want
 *
 * So either the giver sees the core in ring 3 and interrupts it, or the core sees the order and does not go. The
 * fences are those of locked instructions, which is why all of these are SEQ_CST. */
#include "core.h"

#include "limbo.h"
#include "machine.h"
#include "paging.h"
#include "panic.h"
#include "string.h"

TABLE(order, const struct order_handler);

uint32_t core_count = 1;
static ptrdiff_t first_distance[1]; /* core 0 uses the linker's copy itself */
ptrdiff_t *core_distance = first_distance;
static uint32_t core_room = 1; /* entries of that table */
PER_CORE struct core core_words;
uint16_t core_cluster[CORE_MAX];

void
core_begin(void)
{
    core_words.self = &core_words;
    msr_write(MSR_GS_BASE, (uint64_t)&core_words);
}

/* Makes room for `count` cores in all. The old table stays as it was: a core may be looking there for its own entry. */
static void
core_reserve(uint32_t count)
{
    if (count <= core_room)
        return;
    uint64_t pages = round_up(count * sizeof *core_distance, PAGE_SIZE) / PAGE_SIZE;
    ptrdiff_t *table = area_make(pages);
    memcpy(table, core_distance, core_room * sizeof *table);
    core_room = (uint32_t)(pages * PAGE_SIZE / sizeof *table);
    /* Release: its entries are written before anyone finds it (partner: whoever reads it, by way of the address). */
    __atomic_store_n(&core_distance, table, __ATOMIC_RELEASE);
}

struct core *
core_make(uint32_t apic_id)
{
    uint32_t index = core_count;
    assert(index < CORE_MAX);
    core_reserve(index + 1);
    char *copy = area_make(round_up((uint64_t)(percore_end - percore_start), PAGE_SIZE) / PAGE_SIZE);
    core_distance[index] = copy - percore_start;
    struct core *core = CORE_AT(index, core_words);
    core->self = core;
    core->distance = core_distance[index];
    core->index = index;
    core->apic_id = apic_id;
    return core;
}

void
core_add(struct core *core)
{
    assert(core->index == core_count);
    __atomic_store_n(&core_count, core_count + 1, __ATOMIC_RELAXED); /* nobody else looks at it yet: core.h */
}

/* Counts a crossing into `state`. A locked exchange: a full fence on both sides. */
static void
core_cross(struct core *core, enum core_state state)
{
    uint64_t where = __atomic_load_n(&core->where, __ATOMIC_RELAXED); /* nobody else writes it */
    where = (where & ~3ul) + WHERE_CROSSING + state;
    __atomic_exchange_n(&core->where, where, __ATOMIC_SEQ_CST);
}

void
core_enter(void)
{
    core_cross(core_this(), CORE_KERNEL);
}

void
core_flush_own(void)
{
    struct core *core = core_this();
    /* Acquire: the tables that were changed before the raise are read after it (partner: the raise in core_flush). */
    uint64_t want = __atomic_load_n(&core->want, __ATOMIC_ACQUIRE);
    if (want == __atomic_load_n(&core->done, __ATOMIC_RELAXED)) /* nobody else writes done */
        return;
    cr3_write(cr3_read());
    /* Release: the flush is made before anyone reads that it is (partners: the waits of core_flush and of limbo). */
    __atomic_store_n(&core->done, want, __ATOMIC_RELEASE);
}

void
core_obey(void)
{
    struct core *core = core_this();
    if (__atomic_load_n(&core->orders, __ATOMIC_RELAXED) != 0) { /* only to spare the exchange */
        /* Acquire: what the giver did before the order is seen by who carries it out (partner: core_order). */
        uint64_t orders = __atomic_exchange_n(&core->orders, 0, __ATOMIC_ACQUIRE);
        /* Relaxed: who gives an idle core a run raises it; the order for that run is given, and taken here, later. */
        if (orders >> ORDER_RUN_SHIFT != __atomic_load_n(&core->run, __ATOMIC_RELAXED))
            orders &= ORDERS_OF_ANY_RUN; /* a halt of one that is over, or not ours */
        TABLE_EACH (order, const struct order_handler, entry)
            if ((*entry)->bits & orders)
                (*entry)->carry_out(orders);
    }
    core_flush_own();
}

/* SEQ_CST, after `where` was written: see the head of this file. */
static bool
core_is_wanted(struct core *core)
{
    return __atomic_load_n(&core->orders, __ATOMIC_SEQ_CST) != 0 ||
           __atomic_load_n(&core->want, __ATOMIC_SEQ_CST) != __atomic_load_n(&core->done, __ATOMIC_RELAXED);
}

/* Something has come meanwhile: back, and out again. Apart from core_leave, which then need not save registers for
 * it. */
__attribute__((noinline)) static void
core_leave_again(struct core *core)
{
    do {
        core_cross(core, CORE_KERNEL);
        core_obey();
        core_cross(core, CORE_RING3);
    } while (core_is_wanted(core));
}

void
core_leave(void)
{
    struct core *core = core_this();
    limbo_turn_seldom();
    if (core_is_wanted(core))
        core_obey();
    core_cross(core, CORE_RING3);
    if (core_is_wanted(core))
        core_leave_again(core);
}

int
core_pass(void)
{
    struct core *core = core_this();
    core_cross(core, CORE_KERNEL);
    core_flush_own();
    uint64_t orders =
        __atomic_load_n(&core->orders, __ATOMIC_RELAXED); /* carried out later, on the way to ring 3 */
    return (orders & ORDER_HALT) && orders >> ORDER_RUN_SHIFT == core->run ? E_HALTED : 0;
}

void
core_rest(void)
{
    struct core *core = core_this();
    limbo_turn();
    core_cross(core, CORE_ASLEEP);
    if (__atomic_load_n(&core->orders, __ATOMIC_SEQ_CST) == 0)
        __asm__ volatile("sti; hlt; cli" ::
                             : "memory"); /* no interrupt comes between the first two: SDM vol. 2B, STI */
    core_cross(core, CORE_KERNEL);
}

/* Both orders in one word; of two halts the later run's. */
static uint64_t
order_merge(uint64_t standing, uint64_t order)
{
    uint64_t bits = (standing | order) & ~(~0ul << ORDER_RUN_SHIFT);
    uint64_t run = maximum(standing >> ORDER_RUN_SHIFT, order >> ORDER_RUN_SHIFT);
    return bits | run << ORDER_RUN_SHIFT;
}

void
core_order(uint32_t index, uint64_t order)
{
    struct core *core = CORE_AT(index, core_words);
    uint64_t standing = __atomic_load_n(&core->orders, __ATOMIC_RELAXED);
    while (!__atomic_compare_exchange_n(&core->orders, &standing, order_merge(standing, order), false,
                                        __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        ;
    if (core == core_this())
        return; /* in its kernel, or asleep and here by an interrupt: it looks before it leaves */

    uint64_t where = __atomic_load_n(&core->where, __ATOMIC_SEQ_CST);
    if (WHERE_STATE(where) == CORE_KERNEL)
        return;
    core_interrupt(index);
    while (WHERE_STATE(where) == CORE_RING3 && __atomic_load_n(&core->where, __ATOMIC_ACQUIRE) == where)
        cpu_pause();
}

__attribute__((weak)) void /* until lab 5 */
core_flush(const struct core_set *set)
{
    if (!core_set_has(set, core_index()))
        return;
    __atomic_add_fetch(&core_this()->want, 1, __ATOMIC_RELAXED); /* this core's own, for itself */
    core_flush_own();
}

__attribute__((weak)) void /* until lab 5 */
core_interrupt(uint32_t index)
{
    panic("core %u: this kernel starts no other core", index);
}
