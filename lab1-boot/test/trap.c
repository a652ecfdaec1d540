/* Tests of 1.4. */
#include "trap.h"

#include "context.h"
#include "core.h"
#include "machine.h"
#include "page.h"
#include "paging.h"
#include "panic.h"
#include "string.h"
#include "test.h"

/* The words that a trap's frame must show. */
static const uint64_t marks[6] = {0x1111, 0x22222222, 0x3333333333333333, 0xffffffff80000000, 0x5555, 0x6666};
#define ERROR_MARK 0xabcdul

struct arrival {
    uint64_t vector;
    bool has_error;
    uint64_t rip, rsp; /* out: where the frame should say that it came from */
};

/* Enters the vector's stub as the processor would: on an aligned stack, which holds the core at its top as the own
 * stacks of NMI, #DF and #MC do. */
static void
trap_simulate(void *argument)
{
    struct arrival *arrival = argument;
    register char *stub __asm__("r11") = trap_stubs[arrival->vector];
    register uint64_t r12 __asm__("r12") = marks[3];
    register uint64_t r13 __asm__("r13") = marks[4];
    register uint64_t r14 __asm__("r14") = marks[5];
    __asm__ volatile(
        "lea 1f(%%rip), %%r8\n"
        "mov %%r8, %c[rip](%%rdi)\n"
        "mov %%rsp, %c[rsp](%%rdi)\n"
        "mov %%rsp, %%r9\n"
        "and $-16, %%rsp\n"
        "sub $16, %%rsp\n"
        "mov %%gs:0, %%r10\n"
        "mov %%r10, (%%rsp)\n"
        "pushq %[data]\n"
        "push %%r9\n"
        "pushfq\n"
        "pushq %[code]\n"
        "push %%r8\n"
        "cmpb $0, %c[has_error](%%rdi)\n"
        "je 2f\n"
        "pushq %[error]\n"
        "2: jmp *%%r11\n"
        "1:"
        :
        : "D"(arrival), "a"(marks[0]), "c"(marks[1]), "d"(marks[2]), "r"(r12), "r"(r13), "r"(r14),
          "r"(stub), [rip] "i"(offsetof(struct arrival, rip)), [rsp] "i"(offsetof(struct arrival, rsp)),
          [has_error] "i"(offsetof(struct arrival, has_error)), [data] "i"(SELECTOR_KERNEL_DATA),
          [code] "i"(SELECTOR_KERNEL_CODE), [error] "i"(ERROR_MARK)
        : "memory", "cc", "r8", "r9", "r10");
}

/* Whether the vector's stub, entered as above, led to a panic; an interrupt that a later lab handles does not. */
static bool
trap_arrives(struct arrival *arrival)
{
    bool panics = test_panics(trap_simulate, arrival);
    if (arrival->vector < 32)
        check_values("mismatch",
                     test_what_at("panics of a trap that nobody handles", "vector", (int64_t)arrival->vector),
                     1, panics);
    return panics;
}

static struct arrival
arrival_of(uint64_t vector)
{
    return (struct arrival){vector, vector < 32 && (VECTORS_WITH_ERROR >> vector & 1), 0, 0};
}

/* Every vector: that number, and an error code exactly where the processor pushes one. */
TEST(trap_vectors)
{
    for (uint64_t vector = 0; vector < ARRAY_LENGTH(trap_stubs); vector++) {
        struct arrival arrival = arrival_of(vector);
        if (!trap_arrives(&arrival))
            continue;
        check_equal_at(vector, vector, panic_caught.vector);
        check_equal_at(vector, arrival.has_error ? ERROR_MARK : 0, panic_caught.error);
    }
}

static void
expect_frame(const struct arrival *arrival, uint64_t vector)
{
    check_equal_at(vector, arrival->rip, panic_caught.rip);
    check_equal_at(vector, arrival->rsp, panic_caught.rsp);
    check_equal_at(vector, SELECTOR_KERNEL_CODE, panic_caught.cs);
    check_equal_at(vector, SELECTOR_KERNEL_DATA, panic_caught.ss);
    check_equal_at(vector, marks[0], panic_caught.rax);
    check_equal_at(vector, marks[1], panic_caught.rcx);
    check_equal_at(vector, marks[2], panic_caught.rdx);
    check_equal_at(vector, marks[3], panic_caught.r12);
    check_equal_at(vector, marks[4], panic_caught.r13);
    check_equal_at(vector, marks[5], panic_caught.r14);
}

/* Every vector: what the processor has pushed stands in its places in the frame, and the registers are unharmed. Those
 * with an error code come first: who pushes none for the others has these right. */
TEST(trap_frames)
{
    for (uint64_t i = 0; i < 2 * ARRAY_LENGTH(trap_stubs); i++) {
        struct arrival arrival = arrival_of(i % ARRAY_LENGTH(trap_stubs));
        if (arrival.has_error == (i < ARRAY_LENGTH(trap_stubs)) && trap_arrives(&arrival))
            expect_frame(&arrival, arrival.vector);
    }
}

/* --- traps that return --------------------------------------------------------------------------------------- */

static bool watching; /* whether the handlers below are meant */
static unsigned breakpoints, calls[3];

TRAP_HANDLER(02, test_breakpoint, VECTOR_BREAKPOINT)
{
    if (!watching)
        return false;
    breakpoints++;
    check_equal(0, frame->error);
    check_equal(0xcc, *(uint8_t *)(frame->rip - 1)); /* a trap: rip is behind the instruction */
    return true;
}

/* Every register has its value again afterwards. */
TEST(trap_breakpoint_returns)
{
    watching = true;
    uint64_t before[14], after[14], *from = before, *to = after;
    for (size_t i = 0; i < ARRAY_LENGTH(before); i++)
        before[i] = test_random();
    __asm__ volatile(
        "push %%rbp\n"
        "push %1\n" /* where the results go */
        "mov %0, %%rax\n"
        "mov 8(%%rax), %%rbx\n mov 16(%%rax), %%rcx\n mov 24(%%rax), %%rdx\n mov 32(%%rax), %%rsi\n"
        "mov 40(%%rax), %%rdi\n mov 48(%%rax), %%r8\n mov 56(%%rax), %%r9\n mov 64(%%rax), %%r10\n"
        "mov 72(%%rax), %%r11\n mov 80(%%rax), %%r12\n mov 88(%%rax), %%r13\n mov 96(%%rax), %%r14\n"
        "mov 104(%%rax), %%r15\n mov (%%rax), %%rax\n"
        "int3\n"
        "xchg (%%rsp), %%rax\n" /* rax = where, top of the stack = what rax was */
        "mov %%rbx, 8(%%rax)\n mov %%rcx, 16(%%rax)\n mov %%rdx, 24(%%rax)\n mov %%rsi, 32(%%rax)\n"
        "mov %%rdi, 40(%%rax)\n mov %%r8, 48(%%rax)\n mov %%r9, 56(%%rax)\n mov %%r10, 64(%%rax)\n"
        "mov %%r11, 72(%%rax)\n mov %%r12, 80(%%rax)\n mov %%r13, 88(%%rax)\n mov %%r14, 96(%%rax)\n"
        "mov %%r15, 104(%%rax)\n"
        "pop %%rbx\n mov %%rbx, (%%rax)\n"
        "pop %%rbp\n"
        : "+D"(from), "+S"(to)
        :
        : "memory", "cc", "rax", "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15");
    check_equal(1, breakpoints);
    static const char *const names[] = {"rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8",
                                        "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    for (size_t i = 0; i < ARRAY_LENGTH(before); i++)
        check_values("mismatch", names[i], before[i], after[i]);
}

TRAP_HANDLER(02, test_first, 0x80)
{
    calls[0]++;
    return !watching || frame->vector != 0x80;
}

TRAP_HANDLER(03, test_second, 0x80)
{
    calls[1]++;
    check_equal(0x80, frame->vector);
    return true;
}

TRAP_HANDLER(04, test_third, 0x80)
{
    calls[2]++;
    check_equal(0x80, frame->vector);
    return true;
}

static void
dispatch(void *frame)
{
    trap_dispatch(frame);
}

/* In the table's order, until one says that it has dealt with the trap. No stub has a part in it. */
TEST(trap_handlers_in_turn)
{
    struct trap_frame frame = {.vector = 0x80, .cs = SELECTOR_KERNEL_CODE};
    watching = true;
    bool panics = test_panics(dispatch, &frame); /* looked at last: who was asked says more */
    check_equal(1, calls[0]);
    check_equal(1, calls[1]);
    check_equal(0, calls[2]);
    check(!panics);
    watching = false;
    panics = test_panics(dispatch, &frame);
    check_equal(2, calls[0]);
    check_equal(1, calls[1]);
    check(!panics);
}

/* --- real faults --------------------------------------------------------------------------------------------- */

static void
load_null(void *address)
{
    *(volatile char *)address;
}

static void
load_bad_selector(__attribute__((unused)) void *argument)
{
    __asm__ volatile("mov %0, %%fs" ::"r"(0x58));
}

static void
do_undefined(__attribute__((unused)) void *argument)
{
    __asm__ volatile("ud2");
}

static void
shift(void *argument)
{
    volatile uint32_t *bits = argument;
    *bits = 1u << *bits;
}

/* By its width and more: C leaves undefined what that is, and MODE=ubsan has it trap. */
TEST(trap_undefined_behaviour)
{
    uint32_t bits = 32;
#ifdef UBSAN
    check(test_panics(shift, &bits));
    check_equal(VECTOR_OPCODE, panic_caught.vector);
    check_equal(32, bits);
#else
    check(!test_panics(shift, &bits));
#endif
}

static void
breakpoint(__attribute__((unused)) void *argument)
{
    __asm__ volatile("int3");
}

static void
expect_fault(void (*fault)(void *), void *argument, uint64_t vector, uint64_t error)
{
    bool panics = test_panics(fault, argument);
    check_equal_at(vector, true, panics);
    check_equal_at(vector, vector, panic_caught.vector);
    check_equal_at(vector, error, panic_caught.error);
}

TEST(trap_faults)
{
    /* Not present, read, by the kernel: SDM vol. 3A, figure 4-12. */
    expect_fault(load_null, (void *)0x10, VECTOR_PAGE, 0);
    expect_fault(load_bad_selector, NULL, VECTOR_PROTECTION, 0x58);
    expect_fault(do_undefined, NULL, VECTOR_OPCODE, 0);
    expect_fault(breakpoint, NULL, VECTOR_BREAKPOINT,
                 0); /* nobody handles it: that is a panic, not silence */
    check_equal(core_index(), 0);
}

/* --- ring 3 -------------------------------------------------------------------------------------------------- */

#define USER_CODE 0x400000ul

static struct context user_end;
static unsigned user_traps;
static bool user_watching;

/* The first time back to ring 3, the second time back to the test. */
TRAP_HANDLER(01, test_from_ring3, VECTOR_BREAKPOINT)
{
    if (!user_watching || !trap_from_ring3(frame))
        return false;
    check_equal(CORE_KERNEL, WHERE_STATE(core_this()->where));
    check_equal(USER_CODE + ++user_traps, frame->rip);
    check_equal(marks[0], frame->rbx);
    check(stack_holds((uint64_t)frame, sizeof *frame));
    if (user_traps == 2)
        context_load(&user_end, 1);
    return true;
}

/* Maps one page of ring 3 at USER_CODE, on a root that has the kernel's half, and loads it. */
static uint8_t *
user_page_make(void)
{
    uint64_t *root = page_bytes(page_alloc_zeroed(0, PAGE_TABLE)), *table = root;
    for (unsigned slot = TABLE_SLOTS / 2; slot < TABLE_SLOTS; slot++)
        root[slot] = kernel_root[slot];
    for (unsigned level = LEVEL_ROOT; level > LEVEL_PAGE; level--) {
        struct page *below = page_alloc_zeroed(0, PAGE_TABLE);
        table[table_index(USER_CODE, level)] = page_address(below) | ENTRY_PRESENT | ENTRY_WRITE | ENTRY_USER;
        table = page_bytes(below);
    }
    struct page *code = page_alloc_zeroed(0, PAGE_DATA);
    table[table_index(USER_CODE, LEVEL_PAGE)] = page_address(code) | ENTRY_PRESENT | ENTRY_USER;
    cr3_write(physical(root));
    return page_bytes(code);
}

/* There and back, twice: each side finds its own stack, GS and registers, and the crossings are counted. */
TEST(trap_ring3)
{
    static const uint8_t breakpoints_only[] = {0xcc, 0xcc}; /* int3, int3 */
    memcpy(user_page_make(), breakpoints_only, sizeof breakpoints_only);
    trap_set_kernel_stack((uint64_t)stack_make(2)); /* this one is in use */
    uint64_t where = core_this()->where;
    user_watching = true;
    if (context_save(&user_end) == 0)
        trap_resume(&(struct trap_frame){.rip = USER_CODE,
                                         .cs = SELECTOR_USER_CODE,
                                         .ss = SELECTOR_USER_DATA,
                                         .rflags = 2, /* the bit that is always set */
                                         .rbx = marks[0]});
    cr3_write(physical(kernel_root));
    check_equal(2, user_traps);
    check_equal(where + 4 * WHERE_CROSSING, core_this()->where);
}

static void
call(void *address)
{
    ((void (*)(void))address)();
}

/* What belongs to ring 3 the kernel neither touches nor executes by its address there (SMAP, SMEP). */
TEST(trap_kernel_leaves_ring3_alone)
{
    *user_page_make() = 0xc3; /* ret */
    check(test_panics(load_null, (void *)USER_CODE));
    check_equal(VECTOR_PAGE, panic_caught.vector);
    check_equal(1, panic_caught.error); /* present, read, by the kernel */
    check(test_panics(call, (void *)USER_CODE));
    check_equal(VECTOR_PAGE, panic_caught.vector);
    check_equal(0x11, panic_caught.error); /* present, fetched, by the kernel */
}

static bool user_asking;

TRAP_HANDLER(01, test_ring3_asking, VECTOR_PROTECTION)
{
    if (!user_asking || !trap_from_ring3(frame))
        return false;
    check_equal(USER_CODE, frame->rip);
    context_load(&user_end, 1);
}

/* Ring 3 is not told where the kernel's tables lie (UMIP). */
TEST(trap_ring3_sees_no_tables)
{
    static const uint8_t ask[] = {0x0f, 0x01, 0x00}; /* sgdt [rax] */
    memcpy(user_page_make(), ask, sizeof ask);
    trap_set_kernel_stack((uint64_t)stack_make(2));
    user_asking = true;
    if (context_save(&user_end) == 0)
        trap_resume(&(struct trap_frame){.rip = USER_CODE,
                                         .cs = SELECTOR_USER_CODE,
                                         .ss = SELECTOR_USER_DATA,
                                         .rflags = 2,
                                         .rax = USER_CODE});
    cr3_write(physical(kernel_root));
}

/* After power-on the local table lies at address 0: ring 3 would only have to map its own there, with a gate into the
 * kernel. The processor looks for the selector's descriptor in the table, if there is one. */
TEST(trap_no_local_descriptors)
{
    bool found;
    __asm__ volatile("verr %w1" : "=@ccz"(found) : "r"(7)); /* entry 0 of the local table, for ring 3 */
    check(!found);
}
