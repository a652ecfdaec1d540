/* The kernel's own address space.
 *
 *     0000000000000000 - 00007fffffffffff   ring 3 (lab 4); the last page below 2^47 is never mapped
 *     ffff800000000000 -                    direct map: all RAM and ACPI areas, at DIRECT_MAP + physical address
 *     ffffff0000000000 - ffffff7fffffffff   the kernel's area: per-core data and stacks, with a guard page under each,
 *                                           and devices, uncached, but for the screen
 *     ffffffff80000000 -                    the kernel's image: text read-only, data not executable
 *
 * The top-level slots of the upper half are filled at boot and never change: address trees copy them. */
#ifndef COREY_PAGING_H
#define COREY_PAGING_H

#include "types.h"

#define DIRECT_MAP  0xffff800000000000ul
#define KERNEL_AREA 0xffffff0000000000ul
#define KERNEL_BASE 0xffffffff80000000ul
#define USER_END    0x00007ffffffff000ul

#define TABLE_SLOTS 512

/* Bits of a table's entry: Intel SDM vol. 3A, 4.5.5, tables 4-15 to 4-20. */
#define ENTRY_PRESENT  (1ul << 0)
#define ENTRY_WRITE    (1ul << 1)
#define ENTRY_USER     (1ul << 2)
#define ENTRY_THROUGH  (1ul << 3)
#define ENTRY_UNCACHED (1ul << 4)
#define ENTRY_ACCESSED (1ul << 5)
#define ENTRY_DIRTY    (1ul << 6)
#define ENTRY_LARGE    (1ul << 7)
#define ENTRY_GLOBAL   (1ul << 8)
#define ENTRY_NO_EXEC  (1ul << 63)
#define ENTRY_ADDRESS  0x000ffffffffff000ul

/* Levels of tables, by the size that one entry covers. */
#define LEVEL_PAGE 0 /* 4 KiB */
#define LEVEL_LEAF 1 /* a leaf table: 2 MiB */
#define LEVEL_GIGA 2 /* 1 GiB */
#define LEVEL_ROOT 3 /* 512 GiB */

static inline unsigned
table_index(uint64_t address, unsigned level)
{
    return (address >> (PAGE_SHIFT + 9 * level)) & (TABLE_SLOTS - 1);
}

/* Bytes that one entry of this level covers. */
static inline uint64_t
table_span(unsigned level)
{
    return PAGE_SIZE << (9 * level);
}

/* The kernel's address of physical memory that is RAM. */
static inline void *
direct(paddr_t address)
{
    return (void *)(DIRECT_MAP + address);
}

/* The physical address behind a pointer into the direct map or the kernel's image. */
static inline paddr_t
physical(const void *pointer)
{
    uint64_t address = (uint64_t)pointer;
    return address >= KERNEL_BASE ? address - KERNEL_BASE : address - DIRECT_MAP;
}

/* Made by the linker script; the image's borders are page aligned. */
extern char kernel_start[], text_start[], text_end[], rodata_end[], kernel_end[];

/* The first stack of core 0 (entry.asm), a page of nothing under it. */
extern char boot_stack[], boot_stack_top[];

/* The kernel's root table (LEVEL_ROOT): what a core runs on that runs no address tree. */
extern uint64_t *kernel_root;

/* Builds kernel_root and loads it on core 0. Start-up, once, before the page lists exist. */
void paging_begin(void);

/* Has this core use kernel_root and obey what its entries say. Each core, once. */
void paging_load(void);

/* Maps device memory uncached and returns its address; for good. Start-up only. */
void *device_map(paddr_t start, uint64_t bytes);

/* The same for a screen: writes may be put together on their way there. */
void *screen_map(paddr_t start, uint64_t bytes);

/* As device_map, read-only: for what the firmware has left outside of the direct map. */
const void *firmware_map(paddr_t start, uint64_t bytes);

/* Makes `pages` pages of zeros at one address after another, a page of nothing before them, and returns the first
 * address; for good. Panics when memory is at its end. Start-up only. */
void *area_make(size_t pages);

/* Makes a stack of `pages` pages, with an unmapped guard page under it, and returns its top. Start-up only. */
void *stack_make(size_t pages);

/* Whether all these bytes lie in what area_make or stack_make has made, or on the first stack of core 0: so they can be
 * read. */
bool stack_holds(uint64_t address, size_t bytes);

#endif
