/* Text for the console and records for the result channel. */
#ifndef COREY_PRINT_H
#define COREY_PRINT_H

#include <stdarg.h>
#include <stddef.h>

/* As in C: %d %u %x %c %s %p, with l; %% . */
__attribute__((format(printf, 1, 2))) void print(const char *format, ...);

/* The same as one record of the result channel: a kind, a blank, and JSON; at most 511 characters. */
__attribute__((format(printf, 1, 2))) void record(const char *format, ...);

/* The same into a buffer: at most size - 1 characters and a NUL. Returns the length of what stands there. */
size_t print_text(char *to, size_t size, const char *format, va_list arguments);

#endif
