/* The processor's tables for traps: segments (GDT), the task state with its stacks (TSS) and the vectors (IDT), and
 * what becomes of a trap that nobody handles. Intel SDM vol. 3A, 3.4.5, 6.14 and 8.7. */
#include "trap.h"

#include "core.h"
#include "machine.h"
#include "page.h"
#include "paging.h"
#include "panic.h"

#define OWN_STACK_PAGES 4

/* Descriptors of code and data: base 0, no limit in 64-bit mode. Bits of SDM vol. 3A, figure 3-8. */
#define SEGMENT_PRESENT   (1ul << 47)
#define SEGMENT_RING3     (3ul << 45)
#define SEGMENT_CODE_DATA (1ul << 44)
#define SEGMENT_CODE      (1ul << 43)
#define SEGMENT_WRITABLE  (1ul << 41) /* of code: readable */
#define SEGMENT_64_BIT    (1ul << 53)
#define SEGMENT_TSS       (9ul << 40) /* an available 64-bit TSS, 16 bytes long */
#define SEGMENT_DATA      (SEGMENT_PRESENT | SEGMENT_CODE_DATA | SEGMENT_WRITABLE)

/* Task state, SDM vol. 3A, figure 8-11: of all that it once held, the stacks are left. */
struct task_state {
    uint32_t reserved0;
    uint64_t rsp[3]; /* by ring */
    uint64_t reserved1;
    uint64_t ist[7]; /* "interrupt stack table": ist[n - 1] for a gate that says n */
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_map;
} __attribute__((packed));

enum own_stack {
    OWN_NONE,
    OWN_NMI,
    OWN_DOUBLE,
    OWN_MACHINE,
};

/* SDM vol. 3A, figure 6-8. */
struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t own_stack;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

#define GATE_INTERRUPT 0x8e /* present, for the kernel; interrupts go off */
#define GATE_RING3     0x60 /* ring 3 may come by `int3` and `into` */

struct descriptor_pointer {
    uint16_t limit;
    uint64_t base;
} __attribute__((packed));

void descriptors_load(const struct descriptor_pointer *gdt); /* trap_entry.asm */

static PER_CORE uint64_t gdt[7];
static PER_CORE struct task_state task_state;
static struct gate idt[TRAP_VECTORS]; /* the same for all cores */
struct trap_handler *trap_handlers[TRAP_VECTORS];

static void
gdt_make(uint64_t *table, const struct task_state *task)
{
    uint64_t address = (uint64_t)task;
    table[SELECTOR_KERNEL_CODE / 8] = SEGMENT_DATA | SEGMENT_CODE | SEGMENT_64_BIT;
    table[SELECTOR_KERNEL_DATA / 8] = SEGMENT_DATA;
    table[SELECTOR_USER_DATA / 8] = SEGMENT_DATA | SEGMENT_RING3;
    table[SELECTOR_USER_CODE / 8] = SEGMENT_DATA | SEGMENT_CODE | SEGMENT_64_BIT | SEGMENT_RING3;
    table[SELECTOR_TSS / 8] = SEGMENT_PRESENT | SEGMENT_TSS | (sizeof *task - 1) |
                              (address & 0xffffff) << 16 | (address >> 24 & 0xff) << 56;
    table[SELECTOR_TSS / 8 + 1] = address >> 32;
}

/* A stack whose top holds the core that it belongs to: where trap_own_stack finds it. */
static uint64_t
own_stack_make(struct core *core)
{
    struct core **top = (struct core **)((char *)stack_make(OWN_STACK_PAGES) - 16);
    *top = core;
    return (uint64_t)top;
}

static enum own_stack
vector_stack(uint64_t vector)
{
    switch (vector) {
    case VECTOR_NMI:
        return OWN_NMI;
    case VECTOR_DOUBLE:
        return OWN_DOUBLE;
    case VECTOR_MACHINE:
        return OWN_MACHINE;
    default:
        return OWN_NONE;
    }
}

static void
gate_set(uint64_t vector)
{
    uint64_t stub = (uint64_t)trap_stubs[vector];
    bool ring3 = vector == VECTOR_BREAKPOINT || vector == VECTOR_OVERFLOW;
    idt[vector] = (struct gate){
        .offset_low = (uint16_t)stub,
        .selector = SELECTOR_KERNEL_CODE,
        .own_stack = vector_stack(vector),
        .type = GATE_INTERRUPT | (ring3 ? GATE_RING3 : 0),
        .offset_middle = (uint16_t)(stub >> 16),
        .offset_high = (uint32_t)(stub >> 32),
    };
}

/* From the table's last to its first: so each list has the table's order. */
static void
handlers_link(void)
{
    for (size_t i = TABLE_LENGTH(trap); i-- > 0;) {
        struct trap_handler *handler = table_trap_start[i];
        handler->next = trap_handlers[handler->vector];
        trap_handlers[handler->vector] = handler;
    }
}

/* Data ports of the two 8259 interrupt controllers; all ones mask every line. */
#define PIC_FIRST_DATA  0x21
#define PIC_SECOND_DATA 0xa1

void
trap_prepare(struct core *core, uint64_t stack)
{
    struct task_state *task = CORE_AT(core->index, task_state);
    task->ist[OWN_NMI - 1] = own_stack_make(core);
    task->ist[OWN_DOUBLE - 1] = own_stack_make(core);
    task->ist[OWN_MACHINE - 1] = own_stack_make(core);
    task->io_map = sizeof *task; /* beyond the end: ring 3 may use no port */
    task->rsp[0] = stack;
    core->kernel_stack = stack;
    gdt_make(*CORE_AT(core->index, gdt), task);
}

void
trap_load(void)
{
    descriptors_load(&(struct descriptor_pointer){sizeof gdt - 1, (uint64_t)CORE_OWN(gdt)});
    __asm__ volatile("ltr %w0" ::"r"(SELECTOR_TSS));
    struct descriptor_pointer pointer = {sizeof idt - 1, (uint64_t)idt};
    __asm__ volatile("lidt %0" ::"m"(pointer));
}

void
trap_begin(void)
{
    /* The firmware has left them sending their interrupts as vectors 8 to 15, which are exceptions'. */
    port_write8(PIC_FIRST_DATA, 0xff);
    port_write8(PIC_SECOND_DATA, 0xff);
    for (uint64_t vector = 0; vector < TRAP_VECTORS; vector++)
        gate_set(vector);
    handlers_link();
    trap_prepare(core_this(), (uint64_t)stack_make(CORE_STACK_PAGES));
    trap_load();
}

void
trap_set_kernel_stack(uint64_t stack)
{
    CORE_OWN(task_state)->rsp[0] = stack;
    core_this()->kernel_stack = stack;
}

const char *
trap_name(uint64_t vector)
{
    static const char *const names[32] = {
        "#DE divide error",
        "#DB debug",
        "NMI",
        "#BP breakpoint",
        "#OF overflow",
        "#BR bound range",
        "#UD invalid opcode",
        "#NM no vector unit",
        "#DF double fault",
        [10] = "#TS invalid TSS",
        "#NP segment not present",
        "#SS stack fault",
        "#GP general protection",
        "#PF page fault",
        [16] = "#MF floating point",
        "#AC alignment",
        "#MC machine check",
        "#XM vector floating point",
        "#VE virtualization",
        "#CP control protection",
    };
    if (vector < ARRAY_LENGTH(names) && names[vector] != NULL)
        return names[vector];
    return vector < ARRAY_LENGTH(names) ? "reserved exception" : "interrupt";
}

void
trap_unhandled(struct trap_frame *frame)
{
    if (trap_from_ring3(frame))
        trap_unhandled_ring3(frame);
    panic_at(frame, "%s (vector %lu, error 0x%lx, cr2 0x%lx)", trap_name(frame->vector), frame->vector,
             frame->error, cr2_read());
}

__attribute__((weak)) void /* until lab 4 */
trap_unhandled_ring3(struct trap_frame *frame)
{
    panic_at(frame, "%s in ring 3, which this kernel does not have", trap_name(frame->vector));
}
