/* The end of the kernel, when it finds itself wrong. */
#ifndef COREY_PANIC_H
#define COREY_PANIC_H

#include "core.h"
#include "types.h"

struct context;
struct ticket_lock;
struct trap_frame;

/* Prints the message, the registers (of `frame`, or none) and a backtrace with names and lines; writes a record of kind
 * `panic`, then, if exercise 1.5 is there to find the calls, one of kind `backtrace`; ends the machine with
 * EXIT_PANIC. From any context, on any core; of two cores the second waits for that end. A panic within a panic ends
 * the machine at once. */
__attribute__((noreturn, format(printf, 1, 2))) void panic(const char *format, ...);
__attribute__((noreturn, format(printf, 2, 3))) void panic_at(const struct trap_frame *frame,
                                                              const char *format, ...);

/* Whether this core is panicking. Where another core is, this one stops here for good: it says nothing any more. */
bool panic_under_way(void);

/* For what a panic, too, must write through: takes the lock, unless this core panics and holds it already, or the
 * core that holds it has not given it up for a long time: it may never do so. Returns whether it was taken. */
bool panic_lock(struct ticket_lock *lock);

/* For test_panics: while not null, a panic on this core prints nothing and goes on there, with the value 1;
 * panic_caught is then the frame that it was about, with zeros where there was none. */
extern PER_CORE struct context *panic_catch;
extern struct trap_frame panic_caught;

/* States an invariant; checked in every build. */
#define assert(condition)                                                                                    \
    do {                                                                                                     \
        if (__builtin_expect(!(condition), 0))                                                               \
            panic("%s:%d: broken: %s", __FILE__, __LINE__, #condition);                                      \
    } while (0)

#endif
