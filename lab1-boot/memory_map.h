/* Exercise 1.2: from the firmware's memory map to pages. */
#ifndef COREY_MEMORY_MAP_H
#define COREY_MEMORY_MAP_H

#include "boot_info.h"

/* Calls add(frame), the page's address / PAGE_SIZE, exactly once for each page that
 * - lies wholly within an entry of type MEMORY_RAM (round the start up and the end down), and
 * - is touched, even by one byte, by no entry of another type: where entries overlap, reserved wins,
 * - is not frame 0, and is a frame below `limit`. The entries come in any order, at any alignment, of any length, 0
 * included; they overlap, RAM entries too; a length may reach past the end of 64 bits: cut it there. At most
 * BOOT_MAP_MAX entries. Takes time proportional to pages + entries^2 or so: a machine has millions of pages, so
 * step over a reserved entry in one go. */
void memory_map_pages(const struct memory_entry *map, size_t count, uint64_t limit,
                      void (*add)(uint64_t frame));

#endif
