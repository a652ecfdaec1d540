/* The beginning and the end of a program. */
#ifndef COREY_START_H
#define COREY_START_H

#include "trap_area.h"

/* What the program was told when it was started; read-only. */
extern const struct boot_page *boot_page;

/* Called with the words of the command, argv[argc] null; calls main, and ends the program with its result as
 * the status. Does not return. Lab 7's C library has its own, which begins and ends the library around main. */
void program_begin(int argc, char **argv);

/* What program_entry calls. */
__attribute__((noreturn)) void program_start(const struct boot_page *page);

/* What follows `name=` in the command, where a word behind the program's name has that form; null: none has. Such
 * words say how the program is to be run, and are no arguments of main. */
const char *program_setting(const char *name);

/* Ends the program. */
__attribute__((noreturn)) void program_exit(int status);

#endif
