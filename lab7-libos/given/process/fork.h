/* What an experiment asks about copies of itself, so that one source serves Corey (fork.c, by cfork) and Linux
 * (grade/linux/fork.c, by fork). */
#ifndef COREY_FORK_H
#define COREY_FORK_H

#include <stddef.h>
#include <stdint.h>

/* A copy of this program, which goes on from here: 0 in the copy; here its name for fork_wait, or a negative errno:
 * -EAGAIN: no core is free (Corey), or there are too many processes. What both have written before, both have. */
int64_t fork_begin(void);

/* Waits until that copy has ended; the status it ended with, or a negative number if it ended in another way. */
int fork_wait(int64_t child);

/* Says that this copy and its children are number `which` of as many as two cores each have room for: on Linux it ties
 * them to two processors, if there are two for each. On Corey a core is a program's own anyway. */
void fork_place(unsigned which);

/* Zeroed memory that copies made later share with this program; null: there is no room. */
void *fork_shared(size_t bytes);

#endif
