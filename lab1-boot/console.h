/* The console: a serial port, polled, 115200 baud, 8 bits, no parity; and the machine's own screen and keyboard. */
#ifndef COREY_CONSOLE_H
#define COREY_CONSOLE_H

#include <stdarg.h>

#include "types.h"

/* Sets COM1 up; before it and without a port, output is dropped. */
void console_open(void);

/* Goes on with COM2 where the command line says `console=com2`, and with the screen and the keyboard that are there.
 * Start-up, after paging_begin. */
void console_choose(void);

/* Writes the bytes, a carriage return before each newline on the port, for which it waits. Lines of several cores do
 * not mix within one call. */
void console_write(const char *bytes, size_t length);

/* The next byte typed, or -1 when there is none. */
int console_read(void);

/* As in C: %d %u %x %c %s %p, with l, a width, and 0 or - ; %% . At most 511 characters. */
__attribute__((format(printf, 1, 2))) void console_print(const char *format, ...);

/* The same into a buffer: at most size - 1 characters and a NUL (size > 0). Returns the length of the whole text,
 * as in C, also where it was cut. */
__attribute__((format(printf, 3, 4))) size_t format_text(char *to, size_t size, const char *format, ...);
size_t format_arguments(char *to, size_t size, const char *format, va_list arguments);

#endif
