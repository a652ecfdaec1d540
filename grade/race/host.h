/* A kernel's cores as threads of a Linux process: for ThreadSanitizer, which sees what a kernel in a machine hides.
 *
 * The code under test is the kernel's own, what each test names in race.py. Only what lies under it is of the host: GS
 * points to the thread's struct core, as in the kernel; a panic ends the process, unless the
 * test waits for it; memory comes, for the test to choose,
 * from malloc a block a piece (host_blocks.c), or from the kernel's own page lists over one large block
 * (host_pages.c). */
#ifndef COREY_HOST_H
#define COREY_HOST_H

#include <setjmp.h>

#include "core.h"

#define HOST_CORES_MOST 16

/* How a test ends that has not passed, as a machine would in QEMU; with 66 where the sanitizer ends it. */
#define HOST_FAILED 35
#define HOST_PANIC  37
#define HOST_HOLE   39

/* Runs the start-up steps of the linked labs, then body(index) on `cores` threads, each in its kernel, until all have
 * returned; each then stays away for good. The caller goes on as core 0. */
void host_run(uint32_t cores, void (*body)(uint32_t index));

/* Out of the kernel and in again, as between two system calls. */
void host_cross(void);

/* While not null, a panic of this thread goes there, with the value 1, and ends nothing. What was locked stays so. */
extern __thread jmp_buf *host_panic_catch;

/* Ends the test: it has seen what must not be. */
__attribute__((noreturn)) void host_fail(const char *what);

/* With host_blocks.c: blocks from slab_alloc and block_alloc that have not been freed. */
uint64_t host_blocks(void);

/* With host_pages.c: makes so many pages, all zeros, and puts them on the lists of the first `cores` cores, which get
 * equal parts, in order. Start-up, stage 01, once. */
void host_pages_make(uint64_t count, uint32_t cores);

/* Everything that is in limbo leaves it; all threads are through. */
void host_settle(void);

/* A pseudo-random number of this thread's. */
uint64_t host_random(void);

#endif
