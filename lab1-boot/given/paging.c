/* The kernel's own address space. Everything is mapped with the least rights that it needs: nothing is both
 * writable and executable, not even through the direct map, and what no one claims is not mapped. */
#include "paging.h"

#include "boot_info.h"
#include "machine.h"
#include "page.h"
#include "panic.h"
#include "string.h"

#define CR0_WRITE_PROTECT (1ul << 16) /* the kernel, too, obeys read-only pages: SDM vol. 3A, 2.5 */
#define CR4_GLOBAL        (1ul << 7)
#define CR4_UMIP          (1ul << 11) /* ring 3 cannot ask where the kernel's tables lie */
#define CR4_SMEP          (1ul << 20) /* the kernel executes no page of ring 3 ... */
#define CR4_SMAP          (1ul << 21) /* ... and touches none */
#define CPUID_7_SMEP      (1u << 7)   /* ebx; SDM vol. 2A, table 3-8 */
#define CPUID_7_SMAP      (1u << 20)
#define CPUID_7_UMIP      (1u << 2) /* ecx */

#define RIGHTS_DATA   (ENTRY_PRESENT | ENTRY_WRITE | ENTRY_GLOBAL | ENTRY_NO_EXEC)
#define RIGHTS_RODATA (ENTRY_PRESENT | ENTRY_GLOBAL | ENTRY_NO_EXEC)
#define RIGHTS_TEXT   (ENTRY_PRESENT | ENTRY_GLOBAL)
#define RIGHTS_DEVICE (RIGHTS_DATA | ENTRY_THROUGH | ENTRY_UNCACHED)
#define RIGHTS_SCREEN (RIGHTS_DATA | ENTRY_THROUGH) /* what paging_load makes of it */

/* The page attribute table says what the two bits of an entry mean, a byte for each pair: SDM vol. 3A, 12.12. */
#define PAT_THROUGH   0xff00ul /* the byte for ENTRY_THROUGH alone */
#define PAT_COMBINING 0x0100ul

uint64_t *kernel_root;
static uint64_t area_next = KERNEL_AREA; /* the first address of the kernel's area that is not in use */

/* A page of zeros, for good. */
static void *
page_take(void)
{
    if (page_limit == 0)
        return boot_allocate(PAGE_SIZE);
    struct page *page = page_alloc_zeroed(0, PAGE_KERNEL);
    if (page == NULL)
        panic("no memory left at start-up");
    return page_bytes(page);
}

/* The entry of this level that stands for the address; makes the tables above it. */
static uint64_t *
entry_make(uint64_t address, unsigned level)
{
    uint64_t *table = kernel_root;
    for (unsigned above = LEVEL_ROOT; above > level; above--) {
        uint64_t *entry = &table[table_index(address, above)];
        if (!(*entry & ENTRY_PRESENT))
            *entry =
                physical(page_take()) | ENTRY_PRESENT | ENTRY_WRITE; /* the last level decides on rights */
        table = direct(*entry & ENTRY_ADDRESS);
    }
    return &table[table_index(address, level)];
}

static void
map_page(uint64_t address, paddr_t target, uint64_t rights)
{
    *entry_make(address, LEVEL_PAGE) = target | rights;
}

/* From `start` up to `end`, both addresses in the kernel's image: there, and in the direct map. */
static void
map_image(const char *start, const char *end, uint64_t rights)
{
    for (; start < end; start += PAGE_SIZE) {
        map_page((uint64_t)start, physical(start), rights);
        map_page((uint64_t)direct(physical(start)), physical(start), rights | ENTRY_NO_EXEC);
    }
}

/* --- the direct map ------------------------------------------------------------------------------------------- */

/* Whether the direct map has this memory: RAM, also what the kernel has taken of it, and ACPI's tables. */
static bool
type_is_direct(uint32_t type)
{
    return type == MEMORY_RAM || type == MEMORY_KERNEL || type == MEMORY_ACPI || type == MEMORY_ACPI_NVS;
}

/* Whether the direct map must leave out some of these bytes, or treat them apart: they belong to nothing, to a
 * reserved entry, or to the kernel's image. */
static bool
range_is_special(paddr_t start, paddr_t end)
{
    if (start < physical(kernel_end) && end > physical(kernel_start))
        return true;
    for (uint32_t i = 0; i < boot.map_count; i++) {
        const struct memory_entry *entry = &boot.map[i];
        if (!type_is_direct(entry->type) && entry->start < end && entry->start + entry->length > start)
            return true;
    }
    return false;
}

/* Maps one entry of the memory map, by large pages where nothing forbids it. */
static void
map_entry(const struct memory_entry *entry)
{
    bool ram = entry->type == MEMORY_RAM; /* then the pages wholly in it, else each page that it touches */
    paddr_t start = ram ? round_up(entry->start, PAGE_SIZE) : round_down(entry->start, PAGE_SIZE);
    paddr_t end = entry->start + entry->length;
    end = ram ? round_down(end, PAGE_SIZE) : round_up(end, PAGE_SIZE);
    while (start < end) {
        if (start % LARGE_PAGE_SIZE == 0 && end - start >= LARGE_PAGE_SIZE &&
            !range_is_special(start, start + LARGE_PAGE_SIZE)) {
            *entry_make((uint64_t)direct(start), LEVEL_LEAF) = start | RIGHTS_DATA | ENTRY_LARGE;
            start += LARGE_PAGE_SIZE;
            continue;
        }
        uint64_t *leaf = entry_make((uint64_t)direct(start), LEVEL_LEAF);
        if (!(*leaf & ENTRY_LARGE) && !range_is_special(start, start + PAGE_SIZE))
            map_page((uint64_t)direct(start), start, RIGHTS_DATA);
        start += PAGE_SIZE;
    }
}

/* --- start-up ----------------------------------------------------------------------------------------------- */

void
paging_load(void)
{
    uint64_t cr0, cr4;
    cr3_write(physical(kernel_root));
    __asm__("mov %%cr0, %0" : "=r"(cr0));
    __asm__ volatile("mov %0, %%cr0" ::"r"(cr0 | CR0_WRITE_PROTECT));

    struct cpuid has = {};
    if (cpuid_read(0, 0).eax >= 7)
        has = cpuid_read(7, 0);
    __asm__("mov %%cr4, %0" : "=r"(cr4));
    cr4 |= CR4_GLOBAL | (has.ebx & CPUID_7_SMEP ? CR4_SMEP : 0) | (has.ebx & CPUID_7_SMAP ? CR4_SMAP : 0) |
           (has.ecx & CPUID_7_UMIP ? CR4_UMIP : 0);
    __asm__ volatile("mov %0, %%cr4" ::"r"(cr4));
    msr_write(MSR_PAT, (msr_read(MSR_PAT) & ~PAT_THROUGH) | PAT_COMBINING);
}

void
paging_begin(void)
{
    kernel_root = boot_allocate(PAGE_SIZE);
    uint32_t firmware_entries = boot.map_count; /* the tables that are made meanwhile lie in one of these */
    for (uint32_t i = 0; i < firmware_entries; i++)
        if (type_is_direct(boot.map[i].type))
            map_entry(&boot.map[i]);

    map_image(kernel_start, text_start, RIGHTS_DATA); /* entry.asm's: the code there has done its work */
    map_image(text_start, text_end, RIGHTS_TEXT);
    map_image(text_end, rodata_end, RIGHTS_RODATA);
    map_image(rodata_end, kernel_end, RIGHTS_DATA);
    *entry_make((uint64_t)boot_stack - PAGE_SIZE, LEVEL_PAGE) = 0; /* the guard under the first stack */

    entry_make(KERNEL_AREA, LEVEL_GIGA); /* its top-level slot stands before any address tree copies it */
    /* Every access through these tables would be a fault, with no handler yet. */
    if (!(msr_read(MSR_EFER) & EFER_NXE))
        panic("EFER has no NXE (exercise 1.1): bit 63 of an entry is reserved without it, and these have it");
    paging_load();
}

/* Maps what lies there and returns its address. */
static void *
area_map(paddr_t start, uint64_t bytes, uint64_t rights)
{
    paddr_t page = round_down(start, PAGE_SIZE), end = round_up(start + bytes, PAGE_SIZE);
    uint64_t address = area_next;
    for (; page < end; page += PAGE_SIZE, area_next += PAGE_SIZE)
        map_page(area_next, page, rights);
    return (void *)(address + start % PAGE_SIZE);
}

void *
device_map(paddr_t start, uint64_t bytes)
{
    return area_map(start, bytes, RIGHTS_DEVICE);
}

void *
screen_map(paddr_t start, uint64_t bytes)
{
    return area_map(start, bytes, RIGHTS_SCREEN);
}

const void *
firmware_map(paddr_t start, uint64_t bytes)
{
    return area_map(start, bytes, RIGHTS_DEVICE & ~ENTRY_WRITE);
}

void *
area_make(size_t pages)
{
    area_next += PAGE_SIZE; /* the guard */
    void *area = (void *)area_next;
    for (size_t i = 0; i < pages; i++, area_next += PAGE_SIZE)
        map_page(area_next, physical(page_take()), RIGHTS_DATA);
    return area;
}

void *
stack_make(size_t pages)
{
    return (char *)area_make(pages) + pages * PAGE_SIZE;
}

/* Whether the address lies in the kernel's area, in a page that is mapped and no device's. */
static bool
area_is_memory(uint64_t address)
{
    const uint64_t *table = kernel_root;
    if (address < KERNEL_AREA || address >= area_next)
        return false;
    for (unsigned level = LEVEL_ROOT; level > LEVEL_PAGE; level--) {
        uint64_t entry = table[table_index(address, level)];
        if (!(entry & ENTRY_PRESENT))
            return false;
        table = direct(entry & ENTRY_ADDRESS);
    }
    return (table[table_index(address, LEVEL_PAGE)] & (ENTRY_PRESENT | ENTRY_THROUGH)) == ENTRY_PRESENT;
}

bool
stack_holds(uint64_t address, size_t bytes)
{
    uint64_t last = address + bytes - 1;
    if (last < address)
        return false;
    if (address >= (uint64_t)boot_stack && last < (uint64_t)boot_stack_top)
        return true;
    return area_is_memory(address) && area_is_memory(last);
}
