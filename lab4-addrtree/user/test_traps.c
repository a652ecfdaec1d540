/* test_traps CASE: traps as ring 3 sees them (test/user_trap.c). */
#include <stddef.h>

#include "calls.h"
#include "check.h"
#include "start.h"

#define PAGE 4096
#define ROOM 0x10000000ul /* addresses that nothing uses */

static struct {
    struct trap_area area;
    char rest[PAGE - sizeof(struct trap_area)];
} trap_page __attribute__((aligned(PAGE)));
static char trap_stack[4 * PAGE] __attribute__((aligned(16)));

#define AREA (&trap_page.area)

static volatile int traps;

static void
handler_set(void (*handler)(struct trap_area *))
{
    check_equal(0, core_set_trap(AREA, handler, trap_stack + sizeof(trap_stack) - 8)); /* as after a call */
}

static void
divide(void)
{
    __asm__ volatile("xor %%ecx, %%ecx; div %%ecx" ::: "rax", "rcx", "rdx");
}

static void
wild(void)
{
    *(volatile char *)ROOM = 1;
}

static void
kernel_pointer(void)
{
    *(volatile char *)0xffff800000100000;
}

static void
privileged(void)
{
    __asm__ volatile("cli");
}

/* --- handlers ------------------------------------------------------------------------------------------- */

static void
handle_nested(struct trap_area *area)
{
    (void)area;
    traps++;
    divide();
}

static void
test_nested(void)
{
    handler_set(handle_nested);
    wild();
}

/* The area says that the handler runs already, and much else: the next fault is the end, and nothing more. */
static void
test_hostile(void)
{
    handler_set(handle_nested);
    for (size_t i = 0; i < sizeof(trap_page); i++)
        ((char *)&trap_page)[i] = (char)0xff;
    wild();
}

static uint64_t seen_cause, seen_address, seen_vector;

/* Notes the trap, and has `divide` go on behind its instruction, which is two or three bytes long: at a place
 * it was told. */
static uint64_t go_on;

static void
handle_note(struct trap_area *area)
{
    traps++;
    seen_cause = area->cause;
    seen_address = area->address;
    seen_vector = area->vector;
    check_equal(1, area->masked);
    check_equal(0x1111, area->frame.r12);
    check_equal(0x2222, area->frame.r9);
    area->frame.rip = go_on;
    area->frame.rbx = 0x3333;
    trap_return(&area->frame);
    check(0);
}

/* Runs one instruction with rdi = `argument`, which traps once; what the handler changed has arrived. */
#define TRAP_ONCE(instruction, argument)                                                                     \
    do {                                                                                                     \
        uint64_t changed, r12, r9;                                                                           \
        __asm__ volatile(                                                                                    \
            "lea 1f(%%rip), %%rax; mov %%rax, %[go_on]; mov $0x1111, %%r12; mov $0x2222, %%r9\n"             \
            "xor %%eax, %%eax; cqo; xor %%ecx, %%ecx\n" instruction "\n1: mov %%rbx, %[changed]\n"           \
            "mov %%r12, %[r12]; mov %%r9, %[r9]"                                                             \
            : [go_on] "=m"(go_on), [changed] "=m"(changed), [r12] "=m"(r12), [r9] "=m"(r9)                   \
            : "D"(argument)                                                                                  \
            : "rax", "rbx", "rcx", "rdx", "r9", "r12", "memory");                                            \
        check_equal(0x3333, changed);                                                                        \
        check_equal(0x1111, r12);                                                                            \
        check_equal(0x2222, r9);                                                                             \
        check_equal(0, AREA->masked);                                                                        \
    } while (0)

static void
test_handled(void)
{
    handler_set(handle_note);
    TRAP_ONCE("idiv %%ecx", 0ul);
    check_equal(TRAP_EXCEPTION, seen_cause);
    check_equal(0, seen_vector);
    TRAP_ONCE("movb $1, (%%rdi)", ROOM + 5);
    check_equal(TRAP_FAULT, seen_cause);
    check_equal(ROOM + 5, seen_address);
    TRAP_ONCE("ud2", 0ul);
    check_equal(6, seen_vector);
    TRAP_ONCE("int3", 0ul);
    check_equal(3, seen_vector);
    TRAP_ONCE("movb $1, (%%rdi)", (uint64_t)boot_page); /* read-only */
    check_equal(TRAP_FAULT, seen_cause);
    check_equal(5, traps);
}

static void
test_execute(void)
{
    static char code[16] = {(char)0xc3};
    handler_set(handle_note);
    TRAP_ONCE("jmp *%%rdi", code);
    check_equal(TRAP_FAULT, seen_cause);
    check_equal(code, seen_address);
}

/* --- rules ---------------------------------------------------------------------------------------------- */

static void
test_area(void)
{
    void *stack = trap_stack + sizeof(trap_stack);
    check_equal(E_INVAL, core_set_trap((void *)((char *)AREA + 8), handle_note, stack));
    check_equal(E_INVAL, core_set_trap(AREA, (void (*)(struct trap_area *))0xffff800000000000, stack));
    check_equal(E_INVAL, core_set_trap(AREA, handle_note, (void *)0x800000000000));
    check_equal(E_INVAL, core_set_trap((void *)0xffff800000100000, handle_note, stack));
    check_equal(E_FAULT, core_set_trap((void *)ROOM, handle_note, stack));
    check_equal(E_FAULT, core_set_trap((void *)boot_page, handle_note, stack));
    check_equal(E_FAULT, core_set_trap((void *)((uint64_t)test_area & -PAGE), handle_note, stack));

    /* A page that is pinned stays, also when it is mapped no more. */
    int64_t segment = segment_alloc(boot_page->share, "area", MEMORY_HERE);
    check_equal(0, segment_set_nbytes(segment, 2 * PAGE));
    check_equal(0, at_set_seg(boot_page->root, ROOM, segment, 0, 4 * PAGE, PERM_R | PERM_W));
    check_equal(E_FAULT, core_set_trap((void *)(ROOM + 2 * PAGE), handle_note, stack));
    check_equal(0, core_set_trap((void *)(ROOM + PAGE), handle_note, stack));
    check_equal(E_BUSY, segment_set_nbytes(segment, PAGE));
    check_equal(0, core_set_trap(NULL, NULL, NULL));
    check_equal(0, segment_set_nbytes(segment, PAGE));
    check_equal(0, segment_set_nbytes(segment, PAGE));
    check_equal(0, core_set_trap((void *)ROOM, handle_note, stack));
    handler_set(handle_note); /* the other one is given up */
    check_equal(0, segment_set_nbytes(segment, 0));
    check_equal(0, at_unmap(boot_page->root, ROOM, 4 * PAGE));
    TRAP_ONCE("ud2", 0ul);
}

static struct user_frame frame;
static volatile uint64_t flags_seen, fs_seen;

static void
returned(void)
{
    __asm__ volatile("pushfq; popq %0; mov %%fs:0, %1; cld" : "=m"(flags_seen), "=r"(fs_seen));
    check_equal(0x200202, flags_seen & ~0x8d5ul); /* but for those of arithmetic */
    check_equal(0x5555, fs_seen);
    program_exit(0);
}

static void
test_return(void)
{
    static uint64_t thread = 0x5555;
    frame.rip = (uint64_t)returned;
    frame.rsp = (uint64_t)trap_stack + sizeof(trap_stack) - 8;
    frame.fs_base = (uint64_t)&thread;
    check_equal(E_FAULT, trap_return((struct user_frame *)ROOM));
    check_equal(E_FAULT, trap_return((struct user_frame *)0xffff800000000000));
    static const uint64_t bad[] = {1ul << 47, 1ul << 63, 0xffff800000000000, 0xffffffff80100000, ~0ul};
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        frame.rip = bad[i];
        check_equal(E_INVAL, trap_return(&frame));
        frame.rip = (uint64_t)returned;
        frame.fs_base = bad[i];
        check_equal(E_INVAL, trap_return(&frame));
        frame.fs_base = (uint64_t)&thread;
    }
    /* All but TF (0x100) and AC: ring 3 may set these, and does not want them here. I/O rights, nested task, virtual
     * 8086 mode and interrupts off are not its to choose. */
    frame.rflags = 0x3f7246 & ~0x200ul & ~0x40100ul;
    trap_return(&frame);
    check(0);
}

/* --- pending -------------------------------------------------------------------------------------------- */

static uint64_t causes[4];

static void
handle_pending(struct trap_area *area)
{
    check(traps < 4);
    causes[traps++] = area->cause;
    check_equal(1, area->masked);
    check_equal(0x7777, area->frame.rbx);
    check_equal((uint64_t)&frame, area->frame.fs_base);
    trap_return(&area->frame);
    check(0);
}

static void
pending_over(void)
{
    check_equal(2, traps);
    check_equal(TRAP_TICK, causes[0]);
    check_equal(TRAP_DEVICE, causes[1]);
    check_equal(0, AREA->masked);
    program_exit(0);
}

/* Events that came while traps were masked are delivered one by one when they are unmasked; bits that stand for no
 * event are nothing. */
static void
test_pending(void)
{
    handler_set(handle_pending);
    AREA->masked = 1;
    AREA->pending = ~(1ul << TRAP_WAKE);
    frame.rip = (uint64_t)pending_over;
    frame.rsp = ((uint64_t)__builtin_frame_address(0) & ~15ul) - 8;
    frame.rbx = 0x7777;
    frame.fs_base = (uint64_t)&frame;
    trap_return(&frame);
    check(0);
}

/* --- the processor's own accesses ----------------------------------------------------------------------- */

static void
handle_end(struct trap_area *area)
{
    check(area->cause == TRAP_FAULT || area->cause == TRAP_EXCEPTION);
    program_exit(0);
}

/* A return to nowhere is a trap. Where the processor reads the words on the stack with its own rights (QEMU does), it
 * is told that it may not, and a kernel that only looks at the mapping would send it back for ever. */
static void
test_processor(void)
{
    handler_set(handle_end);
    __asm__ volatile("push $0; push $0; push $0; push $0; push $0; iretq");
    check(0);
}

/* --- memory --------------------------------------------------------------------------------------------- */

#define MUCH (4ul << 30)

static volatile uint64_t touched;

static void
handle_memory(struct trap_area *area)
{
    check_equal(TRAP_NO_PAGE, area->cause);
    check_equal(ROOM + touched * PAGE, area->address);
    program_exit(touched > 1000 ? 0 : 1);
}

static void
test_memory(void)
{
    struct call_result made = share_alloc_pair(boot_page->share, "limited", MEMORY_HERE, 2000);
    check(made.value > 0);
    int64_t segment = segment_alloc(HANDLE(made.second, 0), "much", MEMORY_HERE);
    check_equal(0, segment_set_nbytes(segment, MUCH));
    check_equal(0, at_set_seg(boot_page->root, ROOM, segment, 0, MUCH, PERM_R | PERM_W));
    handler_set(handle_memory);
    for (; touched < MUCH / PAGE; touched++)
        *(volatile char *)(ROOM + touched * PAGE) = 1;
    check(0);
}

/* --- vectors -------------------------------------------------------------------------------------------- */

static void
test_vectors(void)
{
    uint64_t low[16][2];
    uint32_t control;
    __asm__ volatile("movdqu %%xmm0, 0(%0); movdqu %%xmm5, 16(%0); movdqu %%xmm15, 32(%0); stmxcsr %1"
                     :
                     : "r"(low), "m"(control)
                     : "memory");
    check_equal(0x1f80, control);
    for (int i = 0; i < 3; i++)
        check(low[i][0] == 0 && low[i][1] == 0);
    __asm__ volatile("pcmpeqd %%xmm0, %%xmm0; pcmpeqd %%xmm5, %%xmm5; pcmpeqd %%xmm15, %%xmm15" ::
                         : "xmm0", "xmm5", "xmm15");
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"divide", divide},         {"wild", wild},
    {"kernel", kernel_pointer}, {"privileged", privileged},
    {"nested", test_nested},    {"hostile", test_hostile},
    {"execute", test_execute},  {"handled", test_handled},
    {"area", test_area},        {"return", test_return},
    {"memory", test_memory},    {"vectors", test_vectors},
    {"pending", test_pending},  {"processor", test_processor},
};

static int
text_equal(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b)
        a++, b++;
    return *a == *b;
}

int
main(int argc, char **argv)
{
    check_equal(2, argc);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (text_equal(argv[1], cases[i].name)) {
            cases[i].run();
            return 0;
        }
    return 2;
}
