/* What a boot loader tells the kernel.
 *
 * The loader enters the kernel at its ELF entry in 32-bit protected mode, paging and interrupts off, with
 * BOOT_MAGIC in eax and the physical address of a struct boot_info in ebx. All addresses in it are physical
 * and below 4 GiB, but perhaps the screen's. The kernel copies what it keeps (boot_info_copy) before any page is given
 * out; the copy lies in kernel memory.
 *
 * A Multiboot2 loader, such as GRUB on a BIOS or on UEFI, enters there too, in the same state, with a magic number of
 * its own and a list of tags in ebx (given/boot/multiboot.c): they become the same struct. */
#ifndef COREY_BOOT_INFO_H
#define COREY_BOOT_INFO_H

#include "types.h"

#define BOOT_MAGIC      0x59524f43u /* "CORY" */
#define BOOT_VERSION    2
#define MULTIBOOT_MAGIC 0x36d76289u /* Multiboot2 specification 2.0, 3.3 */

#define BOOT_MAP_MAX     128
#define BOOT_MODULE_MAX  54 /* what the directory on the disk has room for */
#define BOOT_COMMAND_MAX 512
#define BOOT_NAME_MAX    48

/* Types of memory, as the firmware's E820 call numbers them (ACPI 6.4, table 15.4). All but MEMORY_RAM are
 * reserved; MEMORY_KERNEL is our own, for what the kernel itself has taken before the page lists exist. */
enum memory_type {
    MEMORY_RAM = 1,
    MEMORY_RESERVED = 2,
    MEMORY_ACPI = 3,
    MEMORY_ACPI_NVS = 4,
    MEMORY_BAD = 5,
    MEMORY_KERNEL = 0x1000,
};

/* Entries come as the firmware made them: in no order, not aligned, and they may overlap. */
struct memory_entry {
    uint64_t start;  /* bytes */
    uint64_t length; /* bytes; may be 0 */
    uint32_t type;   /* enum memory_type, or a number the firmware made up: reserved */
    uint32_t attributes;
};

struct boot_module {
    char name[BOOT_NAME_MAX]; /* ends with a NUL */
    uint64_t start;           /* page aligned; the rest of its last page is zero */
    uint64_t bytes;
};

/* The screen. */
struct boot_framebuffer {
    uint64_t start;
    uint32_t width, height; /* 0: there is none */
    uint32_t pitch;         /* bytes from one line to the next */
    uint32_t bits;          /* of a pixel; 0: VGA text, and width and height count characters */
};

struct boot_info {
    uint32_t magic; /* BOOT_MAGIC */
    uint32_t version;
    uint32_t size; /* of this struct */
    uint32_t map_count;
    uint32_t module_count;
    uint32_t rsdp_bytes; /* 0: none found */
    uint8_t rsdp[40];    /* copy of ACPI's root pointer */
    char command[BOOT_COMMAND_MAX];
    struct boot_framebuffer framebuffer;
    struct memory_entry map[BOOT_MAP_MAX];
    struct boot_module module[BOOT_MODULE_MAX];
};

/* The kernel's own copy; its map has the entries of type MEMORY_KERNEL added. */
extern struct boot_info boot;

/* The module of this name, or null. */
const struct boot_module *boot_module_find(const char *name);

/* Copies what the loader with this magic number left at `from`; panics when that is no boot information of ours. */
void boot_info_copy(paddr_t from, uint32_t magic);

/* For it: the same from Multiboot2's tags, into a struct of zeros; panics when they do not fit. */
void multiboot_read(struct boot_info *to, paddr_t tags);

/* Takes the next `bytes` of RAM for good, zeroed and page aligned, below 4 GiB: only before the page lists
 * exist. Adds an entry of type MEMORY_KERNEL to the map; panics when there is no such memory. */
void *boot_allocate(uint64_t bytes);

#endif
