/* What the C library asks about the process: there is one, this program, and it is number 1.
 *
 * There is no call for the time of day either: the clock starts at zero with the machine. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "error_number.h"
#include "platform.h"
#include "start.h"

#define PROCESS         1
#define SIGNAL_STATUS   128 /* a program that a signal ends has the status 128 + signal */
#define MICROSECONDS    1000000ul
#define CLOCKS_A_SECOND ((uint64_t)CLOCKS_PER_SEC)

void
_exit(int status)
{
    program_exit(status);
}

pid_t
getpid(void)
{
    return PROCESS;
}

/* What raise(), abort() and assert() come to when the program has no handler. */
int
kill(pid_t process, int signal)
{
    if (process != PROCESS)
        return errno_set(ESRCH);
    if (signal < 0 || signal >= NSIG)
        return errno_set(EINVAL);
    if (signal != 0)
        _exit(SIGNAL_STATUS + signal);
    return 0;
}

/* Ticks as parts of a second. */
static uint64_t
ticks_scale(uint64_t ticks, uint64_t parts)
{
    uint64_t hertz = clock_hertz();
    return ticks / hertz * parts + ticks % hertz * parts / hertz;
}

int
gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    (void)zone;
    uint64_t microseconds = ticks_scale(clock_now(), MICROSECONDS);
    time->tv_sec = (time_t)(microseconds / MICROSECONDS);
    time->tv_usec = (suseconds_t)(microseconds % MICROSECONDS);
    return 0;
}

/* The core is the program's alone: all the time that passes is its own. */
clock_t
times(struct tms *times)
{
    clock_t now = (clock_t)ticks_scale(clock_now(), CLOCKS_A_SECOND);
    *times = (struct tms){.tms_utime = now};
    return now;
}
