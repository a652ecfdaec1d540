/* test_calls CASE: system calls as ring 3 sees them (test/ring3.c, test/program.c). */
#include <stddef.h>

#include "calls.h"
#include "check.h"
#include "start.h"

#define CLOCK_NOW 73
#define ROOM      0x10000000ul /* addresses that nothing uses */

/* rax to r15, by the processor's numbers, with rsp; before and after a call. Global for the assembly below. */
uint64_t before[16], after[16];
uint64_t flags_before, flags_after;

/* Makes the call in before[0] with the registers of before[], rsp and flags included, and notes all after it. */
void call_bare(void);
__asm__(
    ".text\n"
    "call_bare:\n"
    "push %rbx; push %rbp; push %r12; push %r13; push %r14; push %r15\n"
    "mov %rsp, own_stack\n"
    "pushq flags_before; popfq\n"
    "mov before, %rax; mov before+8, %rcx; mov before+16, %rdx; mov before+24, %rbx; mov before+32, %rsp\n"
    "mov before+40, %rbp; mov before+48, %rsi; mov before+56, %rdi; mov before+64, %r8; mov before+72, %r9\n"
    "mov before+80, %r10; mov before+88, %r11; mov before+96, %r12; mov before+104, %r13; mov before+112, "
    "%r14\n"
    "mov before+120, %r15\n"
    "syscall\n"
    "mov %rax, after; mov %rcx, after+8; mov %rdx, after+16; mov %rbx, after+24; mov %rsp, after+32\n"
    "mov %rbp, after+40; mov %rsi, after+48; mov %rdi, after+56; mov %r8, after+64; mov %r9, after+72\n"
    "mov %r10, after+80; mov %r11, after+88; mov %r12, after+96; mov %r13, after+104; mov %r14, after+112\n"
    "mov %r15, after+120\n"
    "mov own_stack, %rsp\n"
    "pushfq; popq flags_after; cld\n"
    "pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
    "ret\n"
    ".local own_stack\n"
    ".comm own_stack, 8, 8\n");

enum { RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI, R11 = 11 };

static void
call_prepare(uint64_t number, uint64_t seed)
{
    for (int i = 0; i < 16; i++)
        before[i] = seed = seed * 6364136223846793005ul + 1442695040888963407ul;
    before[RAX] = number;
    flags_before = 0x202;
}

static void
check_registers(void)
{
    for (int i = RBX; i < 16; i++)
        if (i != R11)
            check_equal(before[i], after[i]);
}

static void
test_registers(void)
{
    uint64_t here;
    for (uint64_t number = 0; number < 200; number++) {
        /* These end the program, go elsewhere, print, or sleep for as long as they are told. */
        if (number == 69 || number == 71 || number == 72 || number == 85)
            continue;
        call_prepare(number, number + 1);
        before[RSP] = (uint64_t)&here;
        call_bare();
        check_registers();
    }
}

static void
test_stack(void)
{
    static const uint64_t stacks[] = {
        0, 8, 1ul << 63, 0xffff800000000000, 0xffffffff80100000, 0x7fffffffffff, 3, ~0ul};
    for (unsigned i = 0; i < sizeof(stacks) / sizeof(stacks[0]); i++) {
        call_prepare(CLOCK_NOW, i);
        before[RSP] = stacks[i];
        call_bare();
        check_registers();
        check((int64_t)after[RAX] > 0);
    }
}

#define FLAG_DIRECTION 0x400ul
#define FLAGS_COUNTED  0xcd5ul /* carry, parity, adjust, zero, sign, direction, overflow */

static void
test_flags(void)
{
    static const uint64_t flags[] = {0, FLAG_DIRECTION, FLAGS_COUNTED, 0x40000 /* alignment check */};
    for (unsigned i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
        call_prepare(54, i); /* share_stat: the kernel copies, so it would notice the direction */
        static struct share_status status;
        before[RDI] = boot_page->share;
        before[RSI] = (uint64_t)&status;
        before[RDX] = sizeof(status);
        flags_before = 0x202 | flags[i];
        call_bare();
        check_equal(sizeof(status), after[RAX]);
        check_equal(flags_before & (FLAGS_COUNTED | 0x40000), flags_after & (FLAGS_COUNTED | 0x40000));
        check(flags_after & 0x200);
        check(status.entries > 0);
    }
}

static void
test_results(void)
{
    struct call_result made = share_alloc_pair(boot_page->share, "results", MEMORY_HERE, 0);
    check(made.value > 0);
    check_equal(boot_page->share >> HANDLE_ID_BITS, handle_slot(made.value));
    check(made.second > 1 && made.second < HANDLE_SLOTS);
    char name[NAME_SIZE];
    check_equal(NAME_SIZE, obj_get_name(HANDLE(made.second, 0), name, sizeof(name)));
    check_equal('r', name[0]);
    check_equal(0, self_drop(HANDLE(made.second, 0)));
    static const uint64_t unknown[] = {0, 47, 79, 127, 128, 1ul << 32 | CLOCK_NOW, 1ul << 63, ~0ul};
    for (unsigned i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        check_equal(E_NOSYS, call_make(unknown[i], 1, 2, 3, 4, 5, 6).value);
    int64_t now = clock_now();
    check(clock_now() > now);
    check_equal(E_INVAL, debug_write(2, name, 1));
    check_equal(E_INVAL, debug_write(0, name, 513));
    check_equal(E_FAULT, debug_write(0, (const void *)ROOM, 1));
    check_equal(0, debug_write(0, name, 0));
}

/* --- memory --------------------------------------------------------------------------------------------- */

static uint64_t initialized = 0x1234567890abcdef;
static const uint64_t constant = 77;
static char zeros[3 * 4096];

static uint64_t
perm_at(uint64_t address)
{
    struct mapping_entry entry;
    int64_t count = at_get(boot_page->root, &entry, sizeof(entry), address);
    check(count >= 0);
    return count == 1 && entry.start <= address ? entry.perm : 0;
}

static void
test_memory(void)
{
    check_equal(0x1234567890abcdef, initialized);
    initialized++;
    for (unsigned i = 0; i < sizeof(zeros); i++)
        check_equal(0, zeros[i]);
    check_equal(PERM_R | PERM_X, perm_at((uint64_t)test_memory));
    check_equal(PERM_R, perm_at((uint64_t)&constant));
    check_equal(PERM_R | PERM_W, perm_at((uint64_t)&initialized));
    check_equal(PERM_R | PERM_W, perm_at((uint64_t)zeros + sizeof(zeros) - 1));
    check_equal(PERM_R | PERM_W, perm_at(USER_STACK_TOP - USER_STACK));
    check_equal(0, perm_at(USER_STACK_TOP - USER_STACK - 1));
    check_equal(PERM_R, perm_at((uint64_t)boot_page));
    check_equal(BOOT_PAGE_VERSION, boot_page->version);
    check(boot_page->modules > 0);
    for (uint64_t i = 0; i < boot_page->modules; i++) {
        int64_t bytes = segment_get_nbytes(boot_page->module[i].segment);
        check(bytes >= (int64_t)boot_page->module[i].bytes && bytes - boot_page->module[i].bytes < 4096);
        check_equal(E_PERM, segment_set_nbytes(boot_page->module[i].segment, 0));
    }
}

/* --- trees ---------------------------------------------------------------------------------------------- */

static void
test_trees(void)
{
    uint64_t own = boot_page->share, root = boot_page->root;
    int64_t segment = segment_alloc(own, "pages", MEMORY_HERE),
            inner = at_alloc(own, TREE_INNER, "inner", MEMORY_HERE);
    check(segment > 0 && inner > 0);
    check_equal(0, segment_set_nbytes(segment, 16 * 4096));
    check_equal(0, at_set_seg(root, ROOM, segment, 0, 16 * 4096, PERM_R | PERM_W));
    check_equal(0, at_set_seg(inner, 0, segment, 4096, 8 * 4096, PERM_R | PERM_W));
    check_equal(0, at_set_at(root, 2 * ROOM, inner, 0, 0x200000, PERM_R | PERM_W));
    volatile uint64_t *direct = (uint64_t *)ROOM, *through = (uint64_t *)(2 * ROOM);
    for (int i = 0; i < 8; i++)
        direct[(i + 1) * 512] = i;
    for (int i = 0; i < 8; i++)
        check_equal(i, through[i * 512]);
    through[3] = 99;
    check_equal(99, direct[512 + 3]);

    struct mapping_entry list[16];
    int64_t count = at_get(root, list, sizeof(list), ROOM);
    check(count >= 2);
    check_equal(ROOM, list[0].start);
    check_equal(handle_id(segment), list[0].object);
    check_equal(2 * ROOM, list[1].start);
    check_equal(handle_id(inner), list[1].object);
    check_equal(0, at_unmap(root, ROOM + 4096, 4096));
    check_equal(count + 1, at_get(root, list, sizeof(list), ROOM));
    check_equal(99, through[3]);
    check_equal(E_FAULT, debug_write(0, (const void *)(ROOM + 4096), 1));

    /* A copy on write: the new one starts with what the old one had, and both go their own way, also by the
     * kernel's hand. */
    int64_t copy = segment_copy(own, segment, "copy", COPY_ON_WRITE);
    check(copy > 0);
    check_equal(0, at_set_seg(root, 3 * ROOM, copy, 0, 16 * 4096, PERM_R | PERM_W));
    volatile uint64_t *copied = (uint64_t *)(3 * ROOM);
    check_equal(99, copied[512 + 3]);
    through[3] = 100;
    check_equal(99, copied[512 + 3]);
    check_equal(sizeof(struct share_status),
                share_stat(own, (struct share_status *)(3 * ROOM + 2 * 4096), 4096));
    check(copied[1024] != through[512]);
    check_equal(1, through[512]);
    check_equal(0, segment_set_nbytes(copy, 4096));
    check_equal(E_FAULT, debug_write(0, (const void *)(3 * ROOM + 4096), 1));
}

static int64_t
number_of(const char *text)
{
    int64_t value = 0, sign = *text == '-' ? -1 : 1;
    for (text += *text == '-'; *text != '\0'; text++)
        value = value * 10 + *text - '0';
    return sign * value;
}

static void
test_records(void)
{
    static const char good[] = "metric {}", number[] = "metric 1", blank[] = "metric", none[] = "{}";
    check_equal(sizeof(good) - 1, debug_write(1, good, sizeof(good) - 1));
    check_equal(E_INVAL, debug_write(1, number, sizeof(number) - 1));
    check_equal(E_INVAL, debug_write(1, blank, sizeof(blank) - 1));
    check_equal(E_INVAL, debug_write(1, none, sizeof(none) - 1));
    check_equal(E_INVAL, debug_write(1, good, 0));
}

/* Says all that a passed test says, on the channel of results and on the console; then fails. */
static void
test_forge(void)
{
    static const char pass[] = "pass {\"test\":\"program_forges_pass\"}", end[] = "end {\"count\":2}";
    static const char whole[] =
        "\n@- 1 0 k pass {\"test\":\"program_forges_pass\"}\n@- 2 0 k end {\"count\":2}\n";
    check_equal(sizeof(pass) - 1, debug_write(1, pass, sizeof(pass) - 1));
    check_equal(sizeof(end) - 1, debug_write(1, end, sizeof(end) - 1));
    check_equal(E_INVAL, debug_write(1, whole, sizeof(whole) - 1));
    check_equal(sizeof(whole) - 1, debug_write(0, whole, sizeof(whole) - 1));
    program_exit(3); /* of which the kernel alone speaks the truth */
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"registers", test_registers}, {"stack", test_stack},   {"flags", test_flags},
    {"results", test_results},     {"memory", test_memory}, {"trees", test_trees},
    {"records", test_records},     {"forge", test_forge},
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
    check(argc >= 2);
    if (text_equal(argv[1], "status"))
        return (int)number_of(argv[2]);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (text_equal(argv[1], cases[i].name)) {
            cases[i].run();
            return 0;
        }
    return 2;
}
