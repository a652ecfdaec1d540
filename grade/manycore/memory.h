/* Caches, their coherence, and memory: what an access to a line costs a core.
 *
 *     core    L1 data, L1 instructions, L2    private; L2 holds what the other two hold
 *     cluster L3                              holds what was fetched, and what was pushed out of L2
 *     machine directory                       which cores hold a line, which one owns it, which L3s have it
 *             nodes                           one a socket: bandwidth
 *
 * M1  A line that is owned (exclusive, modified) is held by its owner alone, and by no L3.
 * M2  The directory knows exactly which L2s hold a line.
 * M3  A line is taken from its owner by one transfer at a time, and who comes meanwhile, be it only to read, is queued:
 *     so many who wait for one line get it one after another. Lines that nobody writes are served to all at once. */
#ifndef MANYCORE_MEMORY_H
#define MANYCORE_MEMORY_H

#include "directory.h"

struct found {
    uint64_t latency;
    enum source source;
    unsigned invalidated; /* cores that lost it */
};

/* Where an access comes from: for the profile of lines. */
struct origin {
    uint64_t site, address; /* of the instruction, and the virtual one that it accesses */
};

struct memory_options {
    bool generous, bandwidth_off;
    uint64_t bytes; /* of the guest's memory, which the nodes share evenly; 0: all is in the first */
};

/* False: there is no memory for it. */
bool memory_make(const struct memory_options *options);

/* The core accesses a line: its clock, its counters and everybody's caches change. */
void memory_miss(struct core *core, uint64_t line, enum access_kind kind, const struct origin *origin);

/* A device writes the line at the instant `now`: no cache has it any more. */
void memory_device_write(uint64_t line, uint64_t now);

/* The same; most accesses end here. */
static inline void
memory_access(struct core *core, uint64_t line, enum access_kind kind, const struct origin *origin)
{
    uint64_t *youngest = tags_set(&core->l1d, line);
    if (ENTRY_LINE(*youngest) == line &&
        (kind == ACCESS_READ ? *youngest != 0 : kind == ACCESS_WRITE && ENTRY_OWNED(*youngest))) {
        if (kind == ACCESS_WRITE)
            *youngest |= MODIFIED;
        return;
    }
    memory_miss(core, line, kind, origin);
}

#endif
