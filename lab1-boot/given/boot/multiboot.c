/* Boot information from a Multiboot2 loader: GRUB, on a BIOS or on UEFI. Multiboot2 specification 2.0, 3.6.
 *
 * It leaves tags one after another, each at a multiple of 8 bytes. Their memory is free memory: nothing of it may be
 * needed once the first page is taken. Types of memory have the numbers that E820 has. */
#include "boot_info.h"
#include "paging.h"
#include "panic.h"
#include "string.h"

enum tag_type {
    TAG_END = 0,
    TAG_COMMAND = 1,
    TAG_MODULE = 3,
    TAG_MAP = 6,
    TAG_SCREEN = 8,
    TAG_ACPI_OLD = 14, /* a root pointer of ACPI 1.0 */
    TAG_ACPI = 15,
};

#define SCREEN_PALETTE 0 /* kinds of screen: the colours of such pixels are not known */
#define SCREEN_TEXT    2

struct tag {
    uint32_t type;
    uint32_t size; /* with this head */
    union {
        char text[1]; /* of the command line, of a root pointer */
        struct {
            uint32_t start, end;
            char name[1];
        } module;
        struct {
            uint32_t entry_size, entry_version;
            struct {
                uint64_t start, length;
                uint32_t type, zero;
            } entry[1];
        } map;
        struct {
            uint64_t start;
            uint32_t pitch, width, height;
            uint8_t bits, kind;
        } screen;
    };
};

/* Adds an entry to the map, or to the entry that it continues. */
static void
map_add(struct boot_info *to, uint64_t start, uint64_t length, uint32_t type)
{
    struct memory_entry *last = to->map_count > 0 ? &to->map[to->map_count - 1] : NULL;
    if (last != NULL && last->type == type && last->start + last->length == start) {
        last->length += length;
        return;
    }
    if (to->map_count == BOOT_MAP_MAX)
        panic("the firmware's memory map is too long");
    to->map[to->map_count++] = (struct memory_entry){.start = start, .length = length, .type = type};
}

static void
map_read(struct boot_info *to, const struct tag *tag)
{
    size_t count = (tag->size - offsetof(struct tag, map.entry)) / tag->map.entry_size;
    const char *entry = (const char *)tag->map.entry;
    for (; count > 0; count--, entry += tag->map.entry_size) {
        __typeof__(&tag->map.entry[0]) at = (const void *)entry;
        map_add(to, at->start, at->length, at->type);
    }
}

static void
module_read(struct boot_info *to, const struct tag *tag)
{
    if (to->module_count == BOOT_MODULE_MAX)
        panic("more than %d modules", BOOT_MODULE_MAX);
    if (tag->module.start % PAGE_SIZE != 0)
        panic("module %s does not begin at a page", tag->module.name);
    struct boot_module *module = &to->module[to->module_count++];
    string_copy(module->name, tag->module.name, sizeof module->name);
    module->start = tag->module.start;
    module->bytes = tag->module.end - tag->module.start;
}

static void
root_pointer_read(struct boot_info *to, const struct tag *tag)
{
    to->rsdp_bytes = (uint32_t)minimum(tag->size - offsetof(struct tag, text), sizeof to->rsdp);
    memcpy(to->rsdp, tag->text, to->rsdp_bytes);
}

static void
screen_read(struct boot_info *to, const struct tag *tag)
{
    bool text = tag->screen.kind == SCREEN_TEXT;
    if (tag->screen.kind != SCREEN_PALETTE)
        to->framebuffer = (struct boot_framebuffer){tag->screen.start, tag->screen.width, tag->screen.height,
                                                    tag->screen.pitch, text ? 0 : tag->screen.bits};
}

static void
tag_read(struct boot_info *to, const struct tag *tag)
{
    switch (tag->type) {
    case TAG_COMMAND:
        string_copy(to->command, tag->text, sizeof to->command);
        return;
    case TAG_MODULE:
        module_read(to, tag);
        return;
    case TAG_MAP:
        map_read(to, tag);
        return;
    case TAG_SCREEN:
        screen_read(to, tag);
        return;
    case TAG_ACPI_OLD:
        if (to->rsdp_bytes == 0)
            root_pointer_read(to, tag);
        return;
    case TAG_ACPI:
        root_pointer_read(to, tag);
        return;
    }
}

void
multiboot_read(struct boot_info *to, paddr_t tags)
{
    *to = (struct boot_info){.magic = BOOT_MAGIC, .version = BOOT_VERSION, .size = sizeof *to};
    const struct tag *tag = direct(tags + 8); /* behind their whole size */
    for (; tag->type != TAG_END; tag = (const void *)((const char *)tag + round_up(tag->size, 8)))
        tag_read(to, tag);
    if (to->map_count == 0)
        panic("the loader gives no memory map");
    for (uint32_t i = 0; i < to->module_count; i++) { /* no tag is needed any more: some may lie there */
        uint64_t end = to->module[i].start + to->module[i].bytes;
        memset(direct(end), 0, round_up(end, PAGE_SIZE) - end);
    }
}
