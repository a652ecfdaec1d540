/* How the program of a core ended: as waitpid says it, and in words. */
#ifndef COREY_ENDED_H
#define COREY_ENDED_H

#include <stddef.h>

#include "core_status.h"

/* As in sys/wait.h: WEXITSTATUS of an exit; WTERMSIG: SIGKILL where it was halted, else what comes nearest to the
 * trap. */
int ended_status(const struct core_status *ended);

/* What there is to say of an end: nothing of an exit with status 0. At most size - 1 characters and a NUL. */
void ended_describe(const struct core_status *ended, char *to, size_t size);

#endif
