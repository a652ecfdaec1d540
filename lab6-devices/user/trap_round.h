/* A trap_return that comes back: into the program that called it, right behind the call. */
#ifndef COREY_TRAP_ROUND_H
#define COREY_TRAP_ROUND_H

#include <stdint.h>

#include "trap_area.h"

static struct user_frame
    back; /* where trap_return_try goes on; whoever loads it instead of the frame comes back, too */

/* trap_return(frame), which comes back with its error; or, by `back` or by the fault that the frame leads to, with 0.
 * All registers are lost; the two that C does not let go are kept on the stack, below the 128 bytes that may be in
 * use there. */
static int64_t
trap_return_try(uint64_t call, uint64_t frame)
{
    int64_t value;
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\t"
                     "push %%rbx\n\t"
                     "push %%rbp\n\t"
                     "mov %%rsp, %[stack]\n\t"
                     "lea 1f(%%rip), %%rcx\n\t"
                     "mov %%rcx, %[rip]\n\t"
                     "syscall\n"
                     "1:\n\t"
                     "pop %%rbp\n\t"
                     "pop %%rbx\n\t"
                     "lea 128(%%rsp), %%rsp"
                     : "=a"(value), "+D"(frame), [stack] "=m"(back.rsp), [rip] "=m"(back.rip)
                     : "a"(call)
                     : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory",
                       "cc");
    return value;
}

#endif
