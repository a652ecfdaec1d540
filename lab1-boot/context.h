/* A place in the kernel's code to come back to: what a function must keep for its caller, its stack and its return
 * address. Made for tests that panic, and for programs that end in the middle of a system call (lab 4). */
#ifndef COREY_CONTEXT_H
#define COREY_CONTEXT_H

#include "types.h"

struct context {
    uint64_t rbx, rbp, r12, r13, r14, r15, rsp, rip; /* assembly: in this order */
};

/* Keeps the place of this call in *context and returns 0. Returns again, with the value given to context_load, each
 * time that is called; until the function that called context_save has returned. Locals that it changed in between
 * must be volatile. */
__attribute__((returns_twice)) int context_save(struct context *context);

/* Goes to the place in *context; value must not be 0. On the core that saved it. */
__attribute__((noreturn)) void context_load(const struct context *context, int value);

/* Leaves this stack for good and calls function() on the one whose top is given. It must not return. */
__attribute__((noreturn)) void stack_switch(uint64_t top, void (*function)(void));

#endif
