/* The console, as descriptors 0 to 2 see it. */
#ifndef COREY_LIBOS_CONSOLE_H
#define COREY_LIBOS_CONSOLE_H

#include <stddef.h>
#include <sys/types.h>

/* Writes all of it. -1 and errno EFAULT: not readable memory; nothing has been written, or only the beginning. */
ssize_t console_put(const char *from, size_t bytes);

#endif
