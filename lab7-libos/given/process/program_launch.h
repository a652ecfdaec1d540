/* Programs of the boot modules, each on a core of its own. */
#ifndef COREY_PROGRAM_LAUNCH_H
#define COREY_PROGRAM_LAUNCH_H

#include <stdbool.h>
#include <stdint.h>

/* Starts the program that the command's first word names on a free core: in memory it is as the kernel would have
 * started it (lab 4's program_load.c), but its boot page says one core, and of the devices its share has none, or
 * with `keyboard` the console's port, to claim. All that it is made of is its own; we keep the handle of its core,
 * which this returns.
 * E_NOENT: no module of that name. E_INVAL: it is no program, or the command is longer than BOOT_PAGE_COMMAND.
 * E_BUSY: no core is free. E_NOMEM, E_AGAIN, E_NOSPC. On an error nothing is left of it. */
int64_t program_launch(const char *command, bool keyboard);

#endif
