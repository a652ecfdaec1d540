/* A kernel's cores as threads of a Linux process: for ThreadSanitizer, which sees what a kernel in a machine hides.
 *
 * The code under test is the kernel's own: core.c, limbo.c, lock.c, object.c, accounts, shares. Only what lies
 * under it is of the host: memory comes from malloc, a block a piece, so that each use of a freed block is noticed;
 * GS points to the thread's struct core, as in the kernel; a panic ends the process. */
#ifndef COREY_HOST_H
#define COREY_HOST_H

#include "core.h"

#define HOST_CORES_MOST 16

/* Runs the start-up steps of the linked labs, then body(index) on `cores` threads, each in its kernel, until all have
 * returned; each then stays away for good. The caller goes on as core 0. */
void host_run(uint32_t cores, void (*body)(uint32_t index));

/* Out of the kernel and in again, as between two system calls. */
void host_cross(void);

/* Blocks from slab_alloc and block_alloc that have not been freed. */
uint64_t host_blocks(void);

/* A pseudo-random number of this thread's. */
uint64_t host_random(void);

#endif
