/* Tests of the kernel's own address space. */
#include "paging.h"

#include "boot_info.h"
#include "machine.h"
#include "page.h"
#include "panic.h"
#include "test.h"
#include "trap.h"

/* Bits of a page fault's error code: SDM vol. 3A, figure 4-12. */
#define FAULT_PRESENT 1
#define FAULT_WRITE   2
#define FAULT_FETCH   16

static const char constant[] = "constant";
static uint8_t code[] = {0xc3}; /* ret */

static void
write_to(void *address)
{
    __asm__ volatile("movb $0xcc, (%0)" ::"r"(address) : "memory");
}

static void
read_from(void *address)
{
    __asm__ volatile("movb (%0), %%al" ::"r"(address) : "rax", "memory");
}

static void
jump_to(void *address)
{
    ((void (*)(void))address)();
}

static void
expect_fault(void (*access)(void *), const void *address, uint64_t error)
{
    check(test_panics(access, (void *)address));
    check_equal(VECTOR_PAGE, panic_caught.vector);
    check_equal(error, panic_caught.error);
    check_equal(address, cr2_read());
}

TEST(paging_text_is_read_only)
{
    const void *text = (const void *)write_to;
    expect_fault(write_to, text, FAULT_PRESENT | FAULT_WRITE);
    expect_fault(write_to, direct(physical(text)), FAULT_PRESENT | FAULT_WRITE); /* by its other name, too */
    expect_fault(write_to, constant, FAULT_PRESENT | FAULT_WRITE);
    expect_fault(write_to, direct(physical(constant)), FAULT_PRESENT | FAULT_WRITE);
}

TEST(paging_data_is_not_executable)
{
    uint8_t on_stack[] = {0xc3};
    struct page *page = page_alloc(0, PAGE_DATA);
    *(uint8_t *)page_bytes(page) = 0xc3;
    expect_fault(jump_to, code, FAULT_PRESENT | FAULT_FETCH);
    expect_fault(jump_to, constant, FAULT_PRESENT | FAULT_FETCH);
    expect_fault(jump_to, on_stack, FAULT_PRESENT | FAULT_FETCH);
    expect_fault(jump_to, page_bytes(page), FAULT_PRESENT | FAULT_FETCH);
    expect_fault(jump_to, direct(physical((const void *)jump_to)), FAULT_PRESENT | FAULT_FETCH);
}

__attribute__((noinline)) static uint64_t
recurse(uint64_t depth)
{
    volatile char space[256];
    space[0] = (char)depth;
    return depth == UINT64_MAX ? 0 : recurse(depth + 1) + (uint64_t)space[0];
}

static void
overflow(__attribute__((unused)) void *argument)
{
    recurse(0);
}

/* A stack that runs over ends at its guard page, and #DF, on a stack of its own, can still say so. */
TEST(paging_stack_guard)
{
    uint64_t low = (uint64_t)__builtin_frame_address(0);
    while (stack_holds(low, 1))
        low -= PAGE_SIZE;
    expect_fault(read_from, (void *)low, 0);
    expect_fault(read_from, (void *)((uint64_t)boot_stack - 1), 0);
    check(test_panics(overflow, NULL));
    check_equal(VECTOR_DOUBLE, panic_caught.vector);
    check_equal(low >> PAGE_SHIFT, cr2_read() >> PAGE_SHIFT);
}

/* The entry that maps an address, and its level; 0: none. */
static uint64_t
entry_find(uint64_t address, unsigned *level)
{
    const uint64_t *table = kernel_root;
    for (*level = LEVEL_ROOT;; --*level) {
        uint64_t entry = table[table_index(address, *level)];
        if (!(entry & ENTRY_PRESENT))
            return 0;
        if (*level == LEVEL_PAGE || (entry & ENTRY_LARGE))
            return entry;
        table = direct(entry & ENTRY_ADDRESS);
    }
}

/* Every page that can be given out is where the direct map says; what is nobody's is not there. */
TEST(paging_direct_map)
{
    unsigned level;
    uint64_t last = 0;
    for (uint64_t frame = 0; frame < page_limit; frame++) {
        uint8_t kind = page_table_all[frame].kind;
        if (kind == PAGE_ABSENT)
            continue;
        uint64_t address = (uint64_t)direct(frame << PAGE_SHIFT), entry = entry_find(address, &level);
        check(entry & ENTRY_PRESENT);
        check_equal(round_down(frame << PAGE_SHIFT, table_span(level)), entry & ENTRY_ADDRESS);
        check(entry & ENTRY_NO_EXEC);
        check(kind == PAGE_KERNEL || (entry & ENTRY_WRITE));
        last = kind == PAGE_FREE ? frame : last;
    }
    volatile uint64_t *word = direct(last << PAGE_SHIFT); /* the highest: beyond 4 GiB on a large machine */
    *word = 0x1234567890abcdef;
    check_equal(0x1234567890abcdef, *word);

    for (uint32_t i = 0; i < boot.map_count; i++)
        if (boot.map[i].type == MEMORY_RESERVED && boot.map[i].length >= PAGE_SIZE)
            check_equal(0, entry_find((uint64_t)direct(round_up(boot.map[i].start, PAGE_SIZE)), &level));
    expect_fault(read_from, (void *)0x1000, 0); /* the identity of the first tables is gone */
}

/* Whether in this table or one below it a page is both writable and executable, or ring 3's. */
static bool
table_is_loose(const uint64_t *table, unsigned level)
{
    for (unsigned slot = level == LEVEL_ROOT ? TABLE_SLOTS / 2 : 0; slot < TABLE_SLOTS; slot++) {
        uint64_t entry = table[slot];
        if (!(entry & ENTRY_PRESENT))
            continue;
        if (level != LEVEL_PAGE && !(entry & ENTRY_LARGE)) {
            if (table_is_loose(direct(entry & ENTRY_ADDRESS), level - 1))
                return true;
        } else if ((entry & ENTRY_USER) || ((entry & ENTRY_WRITE) && !(entry & ENTRY_NO_EXEC))) {
            return true;
        }
    }
    return false;
}

TEST(paging_nothing_writable_and_executable)
{
    check(!table_is_loose(kernel_root, LEVEL_ROOT));
}

TEST(paging_device)
{
    unsigned level;
    const char *mapped = device_map(0xfed00123, 8); /* the HPET's place on a PC */
    check_equal(0x123, (uint64_t)mapped % PAGE_SIZE);
    uint64_t entry = entry_find((uint64_t)mapped, &level);
    check_equal(0xfed00000, entry & ENTRY_ADDRESS);
    check(entry & ENTRY_UNCACHED);
    check(!stack_holds((uint64_t)mapped, 1));
}
