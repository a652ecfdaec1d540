/* Exercise 1.4, and what stands around it: exceptions and interrupts.
 *
 * The processor pushes ss, rsp, rflags, cs, rip and, for SOME exceptions, an error code. The stub of each vector
 * makes these alike, trap_common (given/trap_entry.asm) saves the rest, and trap_dispatch gets it all as one
 * struct:
 *
 *     lower addresses   registers | vector | error | rip cs rflags rsp ss   higher addresses
 *
 * NMI, #DF and #MC run on stacks of their own, which work even when the kernel's stack is what broke. */
#ifndef COREY_TRAP_H
#define COREY_TRAP_H

#include "table.h"
#include "types.h"

/* Intel SDM vol. 3A, 6.15. */
enum vector {
    VECTOR_DIVIDE = 0,
    VECTOR_DEBUG = 1,
    VECTOR_NMI = 2,
    VECTOR_BREAKPOINT = 3,
    VECTOR_OVERFLOW = 4,
    VECTOR_BOUND = 5,
    VECTOR_OPCODE = 6,
    VECTOR_NO_FPU = 7,
    VECTOR_DOUBLE = 8,
    VECTOR_TSS = 10,
    VECTOR_SEGMENT = 11,
    VECTOR_STACK = 12,
    VECTOR_PROTECTION = 13,
    VECTOR_PAGE = 14,
    VECTOR_FPU = 16,
    VECTOR_ALIGNMENT = 17,
    VECTOR_MACHINE = 18,
    VECTOR_SIMD = 19,
    VECTOR_TIMER = 0x20,    /* this core's timer (lab 5) */
    VECTOR_CROSS = 0x21,    /* another core wants something: look at orders and want (lab 5) */
    VECTOR_SPURIOUS = 0xff, /* the interrupt controller's: no acknowledgement */
};

/* The vectors for which the processor pushes an error code (SDM vol. 3A, table 6-1): a bit each. */
#define VECTORS_WITH_ERROR 0x60227d00u /* 8, 10 to 14, 17, 21, 29, 30 */

struct trap_frame {
    uint64_t r15, r14, r13, r12, r11, r10, r9, r8;
    uint64_t rbp, rdi, rsi, rdx, rcx, rbx, rax;
    uint64_t vector, error;
    uint64_t rip, cs, rflags, rsp, ss;
};

static inline bool
trap_from_ring3(const struct trap_frame *frame)
{
    return (frame->cs & 3) == 3;
}

/* A handler returns true when it has dealt with the trap, false to leave it to the next. */
struct trap_handler {
    uint64_t vector;
    bool (*handle)(struct trap_frame *frame);
    struct trap_handler *next; /* of the same vector; null: this is the last */
};

#define TRAP_HANDLER(stage, name, number)                                                                    \
    static bool trap_##name(struct trap_frame *frame);                                                       \
    static struct trap_handler trap_handler_##name = {number, trap_##name, NULL};                            \
    TABLE_ENTRY(trap, stage, struct trap_handler, name, &trap_handler_##name);                               \
    static bool trap_##name(struct trap_frame *frame)

TABLE(trap, struct trap_handler);

#define TRAP_VECTORS 256

/* By vector its handlers, first to last in the table's order; null: it has none. Filled by trap_begin. */
extern struct trap_handler *trap_handlers[TRAP_VECTORS];

/* Exercise 1.4, the part in assembly (trap_stubs.asm): for vectors 0 to 255 a stub that leaves error code (0 where
 * the processor pushes none) and vector on the stack, and jumps to trap_common. It changes no register. */
extern char *const trap_stubs[TRAP_VECTORS];

/* Exercise 1.4, the part in C: called by trap_common for every trap, interrupts off. Tries the handlers of this
 * vector (trap_handlers) in turn until one returns true. When none does: trap_unhandled(frame). */
void trap_dispatch(struct trap_frame *frame);

/* A trap that nobody handled: from ring 3, lab 4 ends the program; from the kernel, a panic with the vector's
 * name. */
__attribute__((noreturn)) void trap_unhandled(struct trap_frame *frame);

/* What lab 4 does with it; the weak default, until lab 4, panics. */
__attribute__((noreturn)) void trap_unhandled_ring3(struct trap_frame *frame);

/* Loads all registers of the frame and goes on there: the way out of trap_common, and into ring 3. On the way to
 * ring 3 core_leave comes first; then rip is canonical, and cs, ss and rflags are what ring 3 may have: the caller
 * has seen to it. The frame is aligned to 8 and not on ring 3's side. */
__attribute__((noreturn)) void trap_resume(const struct trap_frame *frame);

/* The vector's name, as the manual has it: "#PF page fault". */
const char *trap_name(uint64_t vector);

struct core;

/* Fills the vectors and trap_handlers, which are the same for all cores, and has core 0 use them. Start-up, once. */
void trap_begin(void);

/* Makes a core's GDT and TSS, with its stacks for NMI, #DF and #MC and with `stack` (a top) for entries from ring 3.
 * Start-up only. */
void trap_prepare(struct core *core, uint64_t stack);

/* Has this core use its own GDT and TSS, and the vectors. Each core, once. */
void trap_load(void);

/* Selectors of the GDT, in the order that syscall and sysret want (SDM vol. 2B, SYSRET). */
#define SELECTOR_KERNEL_CODE 0x08
#define SELECTOR_KERNEL_DATA 0x10
#define SELECTOR_USER_DATA   0x1b
#define SELECTOR_USER_CODE   0x23
#define SELECTOR_TSS         0x28

/* Has the processor take `stack` (a top) at entries from ring 3 on this core; lab 4. */
void trap_set_kernel_stack(uint64_t stack);

#endif
