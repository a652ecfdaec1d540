/* Cores: what each core has for itself, and the four words by which cores watch each other.
 *
 * **Per-core data.** A variable declared PER_CORE has one copy a core, on that core's own cache lines. Labs declare
 * theirs where they use them; the linker puts them together; every copy starts as zeros. In the kernel, GS points
 * to this core's struct core. NMI, #DF and #MC find it from their own stack, never from GS.
 *
 * **Watching.** No core ever waits for one that is in its kernel or asleep. Each core has, on lines of their own:
 *   where   crossing count and state; changed only by the core itself, with a locked exchange, at every entry into
 *           the kernel and exit from it. Once `where` has moved, whatever the core had looked up before is forgotten.
 *   orders  bits that others set by compare-and-swap (and the core itself); HALT carries a run number.
 *   want    flushes of the TLB that others have asked for: a count, raised by them.
 *   done    flushes made: the core reads want, flushes, publishes what it read as done.
 * Words that cores share are accessed by __atomic builtins only: ThreadSanitizer sees nothing else. */
#ifndef COREY_CORE_H
#define COREY_CORE_H

#include "table.h"
#include "types.h"

#define CORE_MAX         512 /* a bound for tables by core; a core on its own has no other limit */
#define CORE_STACK_PAGES 8   /* of the one stack that a core has in its kernel */

enum core_state {
    CORE_KERNEL = 0,
    CORE_RING3 = 1,
    CORE_ASLEEP = 2,
};

#define WHERE_STATE(where) ((enum core_state)((where)&3))
#define WHERE_CROSSING     4 /* added at each entry and exit */

/* Bits of `orders`. */
#define ORDER_TICK      1ul /* the core's timer has run out */
#define ORDER_WAKE      2ul /* somebody has called core_wake */
#define ORDER_HALT      4ul /* end the run whose number stands in the bits above */
#define ORDER_STOP      8ul /* stand still until told to go on */
#define ORDER_RUN_SHIFT 16

#define ORDERS_OF_ANY_RUN (ORDER_TICK | ORDER_WAKE | ORDER_STOP)

struct core {
    struct core *self;     /* assembly: offset 0 */
    uint64_t kernel_stack; /* assembly: offset 8: rsp at entries from ring 3 */
    uint64_t user_stack;   /* assembly: offset 16: rsp of ring 3, for the moment that syscall has no stack */
    uint32_t index;        /* 0 to core_count - 1 */
    uint32_t apic_id;
    uint64_t run;       /* number of the program this core runs; an order to halt names it */
    ptrdiff_t distance; /* core_distance of this core */

    _Alignas(CACHE_LINE) uint64_t where;
    _Alignas(CACHE_LINE) uint64_t orders;
    _Alignas(CACHE_LINE) uint64_t want;
    _Alignas(CACHE_LINE) uint64_t done;
};

/* The linker's copy of all per-core data: core 0 uses it itself. */
extern char percore_start[], percore_end[];

/* Declares or defines a per-core variable:  PER_CORE struct limbo limbo;  */
#define PER_CORE __attribute__((section(".percore")))

/* Cores that are up. Changes while the kernel starts, before any other core is given work, and never after. */
extern uint32_t core_count;
/* By core: bytes from the linker's copy of per-core data to the core's own. */
extern ptrdiff_t *core_distance;
extern PER_CORE struct core core_words;
/* By core: its cluster. Within one, cores share their last cache, and a line goes from one to another much faster than
 * elsewhere. Until lab 5 has looked, all are in one. Constant once cores have work. */
extern uint16_t core_cluster[CORE_MAX];

/* This core's, and another core's, copy of a PER_CORE variable. */
#define CORE_OWN(variable)       PER_CORE_COPY(variable, CORE_CONSTANT(distance))
#define CORE_AT(index, variable) PER_CORE_COPY(variable, core_distance[index])

#define PER_CORE_COPY(variable, bytes) ((__typeof__(&(variable)))((char *)&(variable) + (bytes)))

/* A field of this core's struct core that never changes: one instruction, by way of GS. */
#define CORE_CONSTANT(field)                                                                                 \
    __extension__({                                                                                          \
        __typeof__(core_words.field) core_value;                                                             \
        __asm__("mov %%gs:%c1, %0" : "=r"(core_value) : "i"(offsetof(struct core, field)));                  \
        core_value;                                                                                          \
    })

/* The core this runs on. */
static inline struct core *
core_this(void)
{
    return CORE_CONSTANT(self);
}

/* Index of the core this runs on. */
static inline uint32_t
core_index(void)
{
    return CORE_CONSTANT(index);
}

/* Makes core 0's per-core data usable; first thing in the kernel. Interrupts off. */
void core_begin(void);

/* Makes per-core data, all zeros, for the core that the processor calls `apic_id`, under the next index, core_count:
 * that core does not count yet. Start-up only. */
struct core *core_make(uint32_t apic_id);

/* Counts the core that was made last: it is up. Start-up only. */
void core_add(struct core *core);

/* Entered from ring 3: where := kernel. The locked exchange is a full fence: nothing that the kernel reads moves up
 * before it (partners: the fences in limbo_turn and core_order). */
void core_enter(void);

/* About to go to ring 3: carries out orders and flushes, where := ring 3, reads orders and want again; if there is
 * anything, where := kernel and once more. May not return, when an order ends the program. */
void core_leave(void);

/* For a call that handles more than 512 pages or entries: call it between batches, holding counted references and
 * no lock. It counts as a crossing and flushes. 0, or E_HALTED: undo the work and leave. */
int core_pass(void);

/* Waits in `hlt`, asleep, for an interrupt, unless an order stands. The caller has loaded the kernel's own root. */
void core_rest(void);

/* Gives a core an order (bits of ORDER_*; HALT with its run number, of which a higher replaces a lower). Interrupts
 * it where needed, and waits until it has left ring 3. Any core, itself included. */
void core_order(uint32_t index, uint64_t order);

/* Flushes this core's TLB where somebody has asked for it, and publishes that. In the kernel. */
void core_flush_own(void);

/* Carries out the orders that stand and the flushes that others have asked for, without leaving the kernel: for a core
 * that waits in its kernel for something to do. No locks held. May not return, when an order ends the program. */
void core_obey(void);

/* A set of cores, for whom a change of tables concerns. All zero: nobody. */
struct core_set {
    uint64_t bits[CORE_MAX / 64];
};

static inline void
core_set_add(struct core_set *set, uint32_t index)
{
    set->bits[index / 64] |= 1ul << index % 64;
}

static inline bool
core_set_has(const struct core_set *set, uint32_t index)
{
    return set->bits[index / 64] >> index % 64 & 1;
}

/* The first core of the set from index `from` on; CORE_MAX: there is none. */
static inline uint32_t
core_set_next(const struct core_set *set, uint32_t from)
{
    for (; from < CORE_MAX; from = round_down(from, 64) + 64)
        if (set->bits[from / 64] >> from % 64 != 0)
            return from + (uint32_t)__builtin_ctzl(set->bits[from / 64] >> from % 64);
    return CORE_MAX;
}

/* Has each core of the set flush its TLB, and returns when none of them can use an old translation in ring 3 any
 * more. The caller has changed the tables before, and has fenced before it read who is concerned. May name this core.
 * Until lab 5 there is no other core, and only this one's TLB is flushed (weak default); lab 5's is exercise 5.4. */
void core_flush(const struct core_set *set);

/* What carries out orders on the way to ring 3, by rising stage; each sees all bits. The last one may not return. */
struct order_handler {
    uint64_t bits;
    void (*carry_out)(uint64_t orders);
};
#define ORDER_HANDLER(stage, name, mask)                                                                     \
    static void order_##name(uint64_t orders);                                                               \
    static const struct order_handler order_handler_##name = {mask, order_##name};                           \
    TABLE_ENTRY(order, stage, const struct order_handler, name, &order_handler_##name);                      \
    static void order_##name(uint64_t orders)

/* Sends the inter-processor interrupt. Until lab 5 there is no other core, and this panics (weak default). */
void core_interrupt(uint32_t index);

#endif
