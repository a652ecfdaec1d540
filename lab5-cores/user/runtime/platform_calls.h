/* platform.h and calls.h in one file. Both have a clock_now(): platform.h's is a function of the whole program,
 * calls.h's the stub of the system call, which is clock_now_stub() here. */
#ifndef COREY_PLATFORM_CALLS_H
#define COREY_PLATFORM_CALLS_H

#define clock_now clock_now_stub
#include "calls.h"
#undef clock_now

#include "platform.h"

/* Writes what was marked and not written yet. A copy of the program would write it again. */
void marks_leave(void);

#endif
