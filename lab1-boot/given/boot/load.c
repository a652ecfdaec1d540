/* Kernel and modules, from the disk to where they belong, and what the kernel is told of them and of the machine.
 *
 * Nothing is ever loaded over what the firmware's map does not call RAM. */
#include "loader.h"
#include "string.h"

#define DIRECTORY_SECTOR 32          /* layout.inc */
#define LOAD_END         0xfffff000u /* no byte is loaded there or above */

/* What firmware has left in low memory: the BIOS data area, ACPI's root pointer (ACPI 6.4, 5.2.5.1), the text
 * screen. */
#define BIOS_EXTENDED_SEGMENT 0x40e
#define BIOS_SCREEN_MODE      0x449 /* 0 to 3: text, in colour */
#define BIOS_SCREEN_COLUMNS   0x44a
#define BIOS_SCREEN_LAST_ROW  0x484
#define ROOT_POINTER_AREA     0xe0000
#define ROOT_POINTER_AREA_END 0x100000
#define ROOT_POINTER_REVISION 15
#define ROOT_POINTER_BYTES    20 /* of ACPI 1.0; they are what is summed up */
#define ROOT_POINTER_BYTES_2  36
#define VGA_TEXT              0xb8000

/* System V gABI 4.1, chapters 4 and 5. */
struct elf_header {
    uint32_t magic;
    uint8_t bits, order, version, unused[9];
    uint16_t type, machine;
    uint32_t version_again;
    uint64_t entry, headers, sections;
    uint32_t flags;
    uint16_t bytes, header_bytes, header_count;
};
struct program_header {
    uint32_t type, flags;
    uint64_t offset, virtual_address, physical_address, file_bytes, memory_bytes, align;
};
#define ELF_MAGIC      0x464c457f /* 7fh "ELF" */
#define ELF_64_BITS    2
#define ELF_LITTLE     1
#define ELF_EXECUTABLE 2
#define ELF_X86_64     62
#define SEGMENT_LOAD   1

static const char memory_too_small[] = "too little memory for kernel and modules";
static const char elf_damaged[] = "the kernel's ELF file is damaged";

/* --- memory ------------------------------------------------------------------------------------------------- */

static uint64_t room_start = 1 << 20; /* whatever lies below is in use */

static uint64_t
entry_end(const struct memory_entry *entry)
{
    return entry->length > UINT64_MAX - entry->start ? UINT64_MAX : entry->start + entry->length;
}

/* Whether all from `start` to `end` lies in one entry of RAM, and no other kind of entry touches it. */
static bool
range_is_ram(uint64_t start, uint64_t end)
{
    bool held = false;
    for (uint32_t i = 0; i < boot_information.map_count; i++) {
        const struct memory_entry *entry = &boot_information.map[i];
        if (entry->type == MEMORY_RAM)
            held |= entry->start <= start && end <= entry_end(entry);
        else if (entry->start < end && start < entry_end(entry))
            return false;
    }
    return held && end <= LOAD_END;
}

/* Lowers *best to the first page at or above `start` if it is the lowest room so far. */
static void
room_try(uint64_t *best, uint64_t start, uint64_t bytes)
{
    uint64_t page = round_up(minimum(start, LOAD_END), PAGE_SIZE);
    if (page >= room_start && page < *best && range_is_ram(page, page + bytes))
        *best = page;
}

/* Takes the lowest room for so many bytes, page aligned: it begins where the last one ended, or where some entry of the
 * map starts or ends. */
static uint8_t *
room_take(uint64_t bytes)
{
    uint64_t best = LOAD_END;
    room_try(&best, room_start, bytes);
    for (uint32_t i = 0; i < boot_information.map_count; i++) {
        room_try(&best, boot_information.map[i].start, bytes);
        room_try(&best, entry_end(&boot_information.map[i]), bytes);
    }
    if (best == LOAD_END)
        loader_fail(memory_too_small);
    room_start = round_up(best + bytes, PAGE_SIZE);
    return physical + best;
}

/* --- kernel and modules -------------------------------------------------------------------------------------- */

static void
directory_read(void)
{
    disk_read((uint8_t *)&directory, DIRECTORY_SECTOR * SECTOR, sizeof directory);
    if (memcmp(directory.magic, "COREYDIR", sizeof directory.magic) != 0 || directory.count == 0 ||
        directory.count > ARRAY_LENGTH(directory.file))
        loader_fail("the disk's directory is damaged");
    boot_information.module_count = directory.count - 1;
    memcpy(boot_information.command, directory.command, BOOT_COMMAND_MAX - 1); /* the last byte stays a NUL */
}

static void
segment_load(const struct boot_module *kernel, const struct program_header *segment)
{
    uint64_t start = segment->physical_address, end = start + segment->memory_bytes;
    if (segment->memory_bytes == 0)
        return; /* the linker gives an empty segment no address */
    if (segment->file_bytes > segment->memory_bytes || segment->offset > kernel->bytes ||
        segment->file_bytes > kernel->bytes - segment->offset)
        loader_fail(elf_damaged);
    if (start < 1 << 20 || end < start || !range_is_ram(start, end))
        loader_fail("there is no memory where the kernel belongs");
    room_start = maximum(room_start, round_up(end, PAGE_SIZE));
    disk_read(physical + start, kernel->start * SECTOR + segment->offset, (uint32_t)segment->file_bytes);
    memset(physical + start + segment->file_bytes, 0, segment->memory_bytes - segment->file_bytes);
}

/* Returns its entry. */
static uint32_t
kernel_load(const struct boot_module *kernel)
{
    const struct elf_header *header = (const void *)kernel_head;
    uint64_t read = minimum(kernel->bytes, sizeof kernel_head);
    disk_read(kernel_head, kernel->start * SECTOR, (uint32_t)read);
    if (read < sizeof *header || header->magic != ELF_MAGIC || header->bits != ELF_64_BITS ||
        header->order != ELF_LITTLE || header->type != ELF_EXECUTABLE || header->machine != ELF_X86_64)
        loader_fail("the kernel is not an ELF executable for x86-64");
    const struct program_header *segment = (const void *)(kernel_head + header->headers);
    if (header->header_bytes != sizeof *segment || header->header_count == 0 || header->headers > read ||
        header->header_count * sizeof *segment > read - header->headers || header->entry > UINT32_MAX)
        loader_fail(elf_damaged);
    for (unsigned i = 0; i < header->header_count; i++)
        if (segment[i].type == SEGMENT_LOAD)
            segment_load(kernel, &segment[i]);
    return (uint32_t)header->entry;
}

/* Pages of its own for a module, behind the kernel; the rest of its last page is zeroed. */
static void
module_load(struct boot_module *module, const struct boot_module *file)
{
    *module = *file;
    module->name[BOOT_NAME_MAX - 1] = '\0';
    if (file->bytes > LOAD_END)
        loader_fail(memory_too_small);
    uint8_t *place = room_take(file->bytes);
    disk_read(place, file->start * SECTOR, (uint32_t)file->bytes);
    memset(place + file->bytes, 0, round_up(file->bytes, PAGE_SIZE) - file->bytes);
    module->start = (uint32_t)place;
}

/* --- what else the kernel is told ---------------------------------------------------------------------------- */

/* It starts at a multiple of 16, and its bytes add up to 0. */
static const uint8_t *
root_pointer_between(uint32_t start, uint32_t end)
{
    for (const uint8_t *at = physical + start; at < physical + end; at += 16) {
        uint8_t sum = 0;
        for (unsigned i = 0; i < ROOT_POINTER_BYTES; i++)
            sum += at[i];
        if (sum == 0 && memcmp(at, "RSD PTR ", 8) == 0)
            return at;
    }
    return NULL;
}

/* In the first KiB of the extended BIOS data area, or in the BIOS's last 128 KiB. */
static void
root_pointer_find(void)
{
    uint32_t area = (uint32_t)(physical[BIOS_EXTENDED_SEGMENT] | physical[BIOS_EXTENDED_SEGMENT + 1] << 8)
                    << 4;
    const uint8_t *found = root_pointer_between(area, area + 1024);
    if (found == NULL)
        found = root_pointer_between(ROOT_POINTER_AREA, ROOT_POINTER_AREA_END);
    if (found == NULL)
        return;
    boot_information.rsdp_bytes =
        found[ROOT_POINTER_REVISION] < 2 ? ROOT_POINTER_BYTES : ROOT_POINTER_BYTES_2;
    memcpy(boot_information.rsdp, found, boot_information.rsdp_bytes);
}

static void
screen_find(void)
{
    uint32_t columns = physical[BIOS_SCREEN_COLUMNS];
    if (physical[BIOS_SCREEN_MODE] > 3 || columns == 0)
        return;
    boot_information.framebuffer = (struct boot_framebuffer){.start = VGA_TEXT,
                                                             .width = columns,
                                                             .height = physical[BIOS_SCREEN_LAST_ROW] + 1u,
                                                             .pitch = 2 * columns};
}

/* Fills boot_information, in which the firmware's map stands already. Returns the kernel's entry. */
uint32_t
load(void)
{
    boot_information.magic = BOOT_MAGIC;
    boot_information.version = BOOT_VERSION;
    boot_information.size = sizeof boot_information;
    root_pointer_find();
    screen_find();
    directory_read();
    uint32_t entry = kernel_load(&directory.file[0]);
    for (uint32_t i = 0; i < boot_information.module_count; i++)
        module_load(&boot_information.module[i], &directory.file[1 + i]);
    return entry;
}
