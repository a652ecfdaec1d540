/* The programs that the shell has started and not yet seen the end of. */
#ifndef COREY_SHELL_JOB_H
#define COREY_SHELL_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "shell.h"

#define JOBS_MOST 255 /* cores that there can be, but for the shell's */

struct job {
    uint64_t core;  /* handle; 0: no job */
    uint64_t index; /* of that processor */
    uint64_t begun; /* clock_now() then */
    char command[SHELL_LINE_MOST];
};

/* Starts a program; in front also waits for its end. The status: of the program, or why there is none; behind 0. */
int job_start(const char *command, bool behind);

/* Reports those that are over, and forgets them; first waits for the end of all that there are, if `wait`. */
void jobs_report(bool wait);

/* The job on the processor of this index, or null. */
struct job *job_on(uint64_t index);

#endif
