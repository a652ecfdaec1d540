/* How the program of a core ended (ended.h). */
#include "ended.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

#include "trap_area.h"

#define CODE_SHIFT 8 /* of an exit's status, above the signal: sys/wait.h */

/* The processor's exceptions that ring 3 can cause: SDM vol. 3A, table 6-1. */
static const struct trap {
    const char *name;
    int signal;
} traps[] = {
    [0] = {"a division error", SIGFPE},
    [1] = {"a debug exception", SIGTRAP},
    [3] = {"a breakpoint", SIGTRAP},
    [6] = {"an invalid opcode", SIGILL},
    [13] = {"a general protection fault", SIGSEGV},
    [14] = {"a page fault", SIGSEGV},
    [16] = {"a floating-point error", SIGFPE},
    [17] = {"an alignment check", SIGBUS},
    [19] = {"a vector floating-point error", SIGFPE},
};

static struct trap
trap_of(const struct core_status *ended)
{
    size_t vector = (size_t)ended->status;
    if (vector < sizeof(traps) / sizeof(traps[0]) && traps[vector].name)
        return traps[vector];
    return (struct trap){"a trap", SIGSEGV};
}

int
ended_status(const struct core_status *ended)
{
    switch (ended->reason) {
    case END_EXIT:
        return (int)(ended->status & 0xff) << CODE_SHIFT;
    case END_FAULT:
        return trap_of(ended).signal;
    default:
        return SIGKILL;
    }
}

void
ended_describe(const struct core_status *ended, char *to, size_t size)
{
    switch (ended->reason) {
    case END_EXIT:
        *to = '\0';
        if (ended->status != 0)
            snprintf(to, size, "ended with status %" PRId64, ended->status);
        break;
    case END_FAULT:
        snprintf(to, size, "ended by %s at rip 0x%" PRIx64 ", address 0x%" PRIx64 ", error 0x%" PRIx64,
                 trap_of(ended).name, ended->rip, ended->address, ended->error);
        break;
    default:
        snprintf(to, size, "halted");
    }
}
