/* The kernel's copy of what the loader left, and the memory that is taken before the page lists exist. */
#include "boot_info.h"

#include "console.h"
#include "monitor.h"
#include "page.h"
#include "paging.h"
#include "panic.h"
#include "string.h"

#define BOOT_LOWEST                                                                                          \
    (1ul << 20) /* below it the firmware and other cores' first instructions have their places */
#define BOOT_LIMIT (4ul << 30) /* what entry.asm has mapped */

struct boot_info boot;

/* Adds what the kernel has taken to the map, to the entry that it continues where there is one. */
static void
map_take(paddr_t start, uint64_t bytes)
{
    struct memory_entry *last = &boot.map[boot.map_count - 1];
    if (last->type == MEMORY_KERNEL && last->start + last->length == start) {
        last->length += bytes;
        return;
    }
    if (boot.map_count == BOOT_MAP_MAX)
        panic("the memory map has no room for the kernel's own entries");
    boot.map[boot.map_count++] =
        (struct memory_entry){.start = start, .length = bytes, .type = MEMORY_KERNEL};
}

static void
loader_read(const struct boot_info *from)
{
    if (from->magic != BOOT_MAGIC || from->version != BOOT_VERSION || from->size != sizeof boot ||
        from->map_count == 0 || from->map_count > BOOT_MAP_MAX || from->module_count > BOOT_MODULE_MAX)
        panic(
            "the loader speaks of version %u, %u bytes, %u map entries; this kernel of version %d, %lu bytes",
            from->version, from->size, from->map_count, BOOT_VERSION, sizeof boot);
    boot = *from;
}

void
boot_info_copy(paddr_t from, uint32_t magic)
{
    if (magic == MULTIBOOT_MAGIC)
        multiboot_read(&boot, from);
    else
        loader_read(direct(from));
    map_take(physical(kernel_start), (uint64_t)(kernel_end - kernel_start));
    for (uint32_t i = 0; i < boot.module_count; i++)
        map_take(boot.module[i].start, round_up(boot.module[i].bytes, PAGE_SIZE));
}

const struct boot_module *
boot_module_find(const char *name)
{
    for (uint32_t i = 0; i < boot.module_count; i++)
        if (strcmp(boot.module[i].name, name) == 0)
            return &boot.module[i];
    return NULL;
}

/* The lowest page at or after `start` where nothing but RAM touches the next `bytes`, all of one RAM entry; 0:
 * none. */
static paddr_t
map_find(paddr_t start, uint64_t bytes)
{
    for (;;) {
        paddr_t next = BOOT_LIMIT;
        bool in_ram = false, taken = false;
        for (uint32_t i = 0; i < boot.map_count; i++) {
            const struct memory_entry *entry = &boot.map[i];
            paddr_t end =
                entry->start + minimum(entry->length, ~entry->start); /* cut at the end of 64 bits */
            if (entry->type == MEMORY_RAM) {
                in_ram |= entry->start <= start && start + bytes <= end;
                if (entry->start > start)
                    next = minimum(next, round_up(entry->start, PAGE_SIZE));
            } else if (entry->start < start + bytes && end > start) {
                taken = true;
                next =
                    minimum(next, maximum(round_up(minimum(end, BOOT_LIMIT), PAGE_SIZE), start + PAGE_SIZE));
            }
        }
        if (in_ram && !taken)
            return start;
        if (next + bytes > BOOT_LIMIT)
            return 0;
        start = next;
    }
}

void *
boot_allocate(uint64_t bytes)
{
    assert(page_limit == 0);
    bytes = round_up(bytes, PAGE_SIZE);
    paddr_t start = map_find(BOOT_LOWEST, bytes);
    if (start == 0)
        panic("no %lu KiB of RAM in one piece to start with", bytes >> 10);
    map_take(start, bytes);
    return memset(direct(start), 0, bytes);
}

static const char *
memory_type_name(uint32_t type)
{
    static const char *const names[] = {
        [MEMORY_RAM] = "RAM",           [MEMORY_RESERVED] = "reserved", [MEMORY_ACPI] = "ACPI tables",
        [MEMORY_ACPI_NVS] = "ACPI NVS", [MEMORY_BAD] = "bad",
    };
    if (type == MEMORY_KERNEL)
        return "kernel";
    return type != 0 && type < ARRAY_LENGTH(names) ? names[type] : "reserved";
}

COMMAND(map, "the firmware's memory map, and what the kernel has taken of it")
{
    for (uint32_t i = 0; i < boot.map_count; i++)
        console_print("%016lx %10lu KiB  %s\n", boot.map[i].start, boot.map[i].length >> 10,
                      memory_type_name(boot.map[i].type));
}

COMMAND(boot, "what the loader has left: screen, ACPI's root pointer, modules")
{
    const struct boot_framebuffer *screen = &boot.framebuffer;
    if (screen->width == 0)
        console_print("no screen\n");
    else if (screen->bits == 0)
        console_print("screen of %u x %u characters at %lx\n", screen->width, screen->height, screen->start);
    else
        console_print("screen of %u x %u pixels of %u bits at %lx\n", screen->width, screen->height,
                      screen->bits, screen->start);
    console_print("ACPI root pointer of %u bytes\n", boot.rsdp_bytes);
    for (uint32_t i = 0; i < boot.module_count; i++)
        console_print("%016lx %10lu bytes %s\n", boot.module[i].start, boot.module[i].bytes,
                      boot.module[i].name);
}
