/* fork.h on Linux: a copy is a process. */
#define _GNU_SOURCE
#include "fork.h"

#include <errno.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform.h"

int64_t
fork_begin(void)
{
    pid_t child = fork();
    return child < 0 ? -errno : child;
}

int
fork_wait(int64_t child)
{
    int status;
    return waitpid((pid_t)child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
fork_place(unsigned which)
{
    cpu_set_t allowed, own;
    unsigned rank = 0;
    CPU_ZERO(&own);
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0 || (unsigned)CPU_COUNT(&allowed) < cores())
        return;
    for (int processor = 0; processor < CPU_SETSIZE; processor++)
        if (CPU_ISSET(processor, &allowed) && rank++ / 2 == which)
            CPU_SET(processor, &own);
    if (CPU_COUNT(&own) == 2)
        sched_setaffinity(0, sizeof(own), &own);
}

void *
fork_shared(size_t bytes)
{
    void *place = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return place == MAP_FAILED ? NULL : place;
}
