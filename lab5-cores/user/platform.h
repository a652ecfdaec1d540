/* All that an experiment asks of the system that it runs on, so that one source serves Corey and Linux.
 *
 * A program begins on core 0, as one thread of control. run_on_all() takes it to every core and back again.
 * Memory is shared only where the program says so: variables and stacks are a core's own (on Corey each core
 * has a copy of them as they stood at run_on_all; Linux's threads share them, and a program that relies on it
 * is wrong). What cores share is taken from memory(…, SHARED) before they meet, and handed over as a pointer.
 *
 * What the *system* shares between the cores of a program is chosen for each run, and the program does not see it:
 *
 *   sharing=     memory(…, PRIVATE)     memory(…, SHARED)               what a core makes is named in
 *   chosen       the core's own tree    one inner tree, in all roots    the core's own share       (the default)
 *   everything   that inner tree, too   one inner tree, in all roots    one share, of all cores
 *   apart        the core's own tree    each root maps the segment      the core's own share
 *
 * On Corey that is a word of the command, anywhere behind the program's name: RUN='memclone 4M sharing=everything'. It
 * is no argument of the program's. `everything` is how a kernel does it that shares by default; `apart` is what
 * separate address spaces cost: every core faults in each page of shared memory, which must be taken before
 * run_on_all. On Linux the environment says how to run, and whether cores are threads or processes
 * (grade/linux/records.c).
 *
 * Implemented in lab5-cores/user/runtime/ (Corey: platform.c, team.c) and grade/linux/ (team.c, windows.c,
 * records.c). */
#ifndef COREY_PLATFORM_H
#define COREY_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The unit of memory(), and the alignment of what it returns: what one leaf table of the hardware covers. */
#define WINDOW_UNIT (2ul << 20)

enum sharing {
    PRIVATE, /* only the calling core uses it */
    SHARED,  /* every core sees it at the same address */
};

/* How many cores the program has, at least 1; they are numbered from 0. It does not change. */
unsigned cores(void);

/* Runs body(core, argument) once on every core, all at the same time, and returns when the last has returned.
 * Core 0 runs on the caller's own core. What the caller wrote before is visible to all of them, what they
 * wrote into shared memory is visible to the caller afterwards. Called on core 0 only, and not from within a
 * body. Returns 0, or a negative errno when the cores cannot be started; then no body ran. */
int run_on_all(void (*body)(unsigned core, void *argument), void *argument);

/* New zeroed memory of at least `bytes` bytes, 2 MiB aligned, which lasts until the program ends. It comes
 * from the calling core's own pages and, when SHARED, from that core's *window*: the part of the address
 * space that all cores map alike and in which no two cores share a leaf table. By convention a core writes
 * its own window and reads the others'; words that several cores write must be accessed by __atomic builtins.
 * Pages are filled at the first touch. Returns NULL when there is no room. */
void *memory(size_t bytes, enum sharing sharing);

/* Waits until every core of this run_on_all has come here; a waiting core pauses, it does not hammer the line
 * that it watches. What any core wrote before its barrier is visible to all of them behind it. Within a body
 * only. */
void barrier(void);

/* A clock that runs forward at the same rate on all cores, in ticks, and how many of them make a second. */
uint64_t clock_now(void);
uint64_t clock_hertz(void);

/* Says that the phase named begins now: a marker of a region's begin (marker.h); and the instant (in microseconds,
 * from any fixed origin) as the result `begin_PHASE`, from which whoever watches the run knows how long each phase
 * took. That is written with the core's next result, or by the next run_on_all: results go through a slow device, and
 * a core that waited for it here would be late in the phase. The name stays until then. Called by one core, and not
 * within the work that is measured. */
void mark(const char *phase);

/* Enters the kernel and comes back, by the cheapest call that does what it says: the null system call of experiments.
 * Returns whether the kernel has answered as it must. */
bool null_call(void);

/* Leaves one measured number of this run where its driver finds it. Name and unit are letters, digits and
 * '_'. */
void result(const char *name, uint64_t value, const char *unit);

/* Shows one line of text (without its end) to whoever watches the run. */
void say(const char *line);

/* The bytes of the file named, read-only in memory, for the program's whole life; *bytes is their number.
 * Seen by all cores at the same address when called before run_on_all. Nothing stands behind the last byte:
 * do not read it. Returns NULL and leaves *bytes alone when there is no such file, or it cannot be mapped. */
const char *input(const char *name, size_t *bytes);

/* What stands in an exercise file until the student has written it: reports the exercise and ends the
 * program. */
__attribute__((noreturn)) void hole(const char *exercise);

#endif
