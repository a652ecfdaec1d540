/* Between the loader's parts in 32-bit protected mode: loader.asm, disk.c and load.c. Addresses are physical, and below
 * 4 GiB. */
#ifndef COREY_LOADER_H
#define COREY_LOADER_H

#include "boot_info.h"

#define SECTOR 512

/* The disk's directory, which mkimage.py writes. A file's `start` is a sector; the first is the kernel. */
struct directory {
    char magic[8]; /* "COREYDIR" */
    uint32_t count, unused;
    char command[BOOT_COMMAND_MAX];
    char unused2[48];
    struct boot_module file[1 + BOOT_MODULE_MAX];
};

/* One transfer of INT 13h, function 42h (BIOS Enhanced Disk Drive Specification 3.0, table 2). */
struct packet {
    uint16_t bytes, sectors, offset, segment;
    uint64_t start;
};

/* Places in memory, as layout.inc has them. */
extern uint8_t physical[]; /* all of it, from 0 on */
extern struct boot_info boot_information;
extern struct directory directory;
extern uint8_t kernel_head[PAGE_SIZE]; /* room for the start of the kernel's file */
extern const uint8_t disk_buffer[], disk_buffer_end[];
extern struct packet disk_packet;
extern uint8_t disk_failed, disk_error; /* of the last transfer: whether, and the firmware's number */

void disk_transfer(void); /* reads the sectors that disk_packet names into disk_buffer */
void loader_print(const char *text);
_Noreturn void loader_fail(const char *message);

/* Reads `bytes` that lie `position` bytes behind the disk's start; fails when the disk does. Says now and then that it
 * still reads. */
void disk_read(uint8_t *to, uint64_t position, uint32_t bytes);

#endif
