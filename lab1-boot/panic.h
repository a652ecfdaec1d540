/* The end of the kernel, when it finds itself wrong. */
#ifndef COREY_PANIC_H
#define COREY_PANIC_H

#include "types.h"

struct context;
struct trap_frame;

/* Prints the message, the registers (of `frame`, or none) and a backtrace with names and lines; writes a panic
 * record; ends the machine with EXIT_PANIC. From any context. A panic within a panic ends the machine at once. */
__attribute__((noreturn, format(printf, 1, 2))) void panic(const char *format, ...);
__attribute__((noreturn, format(printf, 2, 3))) void panic_at(const struct trap_frame *frame,
                                                              const char *format, ...);

/* Whether the kernel is panicking: nobody comes back from it to give up a lock, so console and result channel take
 * none any more. */
bool panic_under_way(void);

/* For test_panics: while not null, a panic prints nothing and goes on there, with the value 1; panic_caught is then
 * the frame that it was about, with zeros where there was none. */
extern struct context *panic_catch;
extern struct trap_frame panic_caught;

/* States an invariant; checked in every build. */
#define assert(condition)                                                                                    \
    do {                                                                                                     \
        if (__builtin_expect(!(condition), 0))                                                               \
            panic("%s:%d: broken: %s", __FILE__, __LINE__, #condition);                                      \
    } while (0)

#endif
