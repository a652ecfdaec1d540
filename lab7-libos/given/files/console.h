/* The console, as descriptors 0 to 2 see it. */
#ifndef COREY_LIBOS_CONSOLE_H
#define COREY_LIBOS_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Writes all of it. -1 and errno EFAULT: not readable memory; nothing has been written, or only the beginning. */
ssize_t console_put(const char *from, size_t bytes);

/* Reads from the line that was typed, at most `bytes`; when it is used up, waits for the next one. The line is
 * echoed and can be mended until Enter ends it; Ctrl-D at its beginning is the end of input: 0. The first call
 * claims the console device. -1 and errno EBUSY: another program has claimed it. ENOENT: there is none. ENOMEM. */
ssize_t console_get(char *to, size_t bytes);

/* Gives the claim up until the next console_get, so that another program can have the keyboard. Whether there was
 * one. */
bool console_lend(void);

/* Claims it again, as soon as that program has given it up: sleeps meanwhile. false: it has not within a second. */
bool console_take_back(void);

/* In a copy of a program, on another core: the claim is the parent's, and so is what has been typed. */
void console_begin_child(void);

#endif
