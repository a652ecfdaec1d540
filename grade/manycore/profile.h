/* Who: which code and which lines the cycles of a region went to; and, in mode conflict, which lines cores have in
 * common. Nothing is kept outside of regions. */
#ifndef MANYCORE_PROFILE_H
#define MANYCORE_PROFILE_H

#include "memory.h"

/* A run of instructions that begins at one address. There is one for each that was translated, for good. */
struct block {
    uint64_t address, check; /* of the first instruction; a sum over the bytes of all */
    uint64_t cost;           /* of its instructions, without any miss */
    uint64_t line;           /* the first of its code: physical, as a number */
    uint32_t line_count;     /* 0: nobody has looked yet where it lies */
    uint32_t instructions, bytes;
    uint8_t entry;                  /* enum entry: it is where the kernel is entered */
    bool kernel, repeats;           /* it is nothing but a repeated string instruction */
    struct site *sites;             /* of its instructions */
    struct block *next;             /* of the same bucket */
    uint64_t cycles, paused, times; /* in this region, and so is the next */
    uint64_t not_run;               /* instructions that it did not come to */
};

enum entry { ENTRY_NONE, ENTRY_SYSTEM_CALL, ENTRY_TRAP, ENTRY_INTERRUPT };

/* The block with this address and check; made, with `instructions` sites, if there was none. */
struct block *block_get(uint64_t address, uint64_t check, uint32_t instructions);

#define SITES_KEPT 4

struct line_profile {
    uint64_t line; /* its number, + 1; 0: none */
    uint64_t address, cycles, near, far, socket, memory, upgrades, invalidations;
    uint64_t writers, readers; /* sets of cores */
    struct {
        uint64_t address, cycles;
    } site[SITES_KEPT];
};

extern bool profile_on; /* a region is under way */

/* Forgets the region before. */
void profile_begin(void);

/* Another core's, or memory's, line came to the core, or it became its owner. */
void profile_line(struct core *core, uint64_t line, bool own, const struct found *found,
                  const struct origin *origin);

/* Mode conflict: the core has touched the line, wherever it was. */
void profile_touch(struct core *core, uint64_t line, bool write, const struct origin *origin);

/* The dearest, at most `most`; *count are there. The arrays last until the next region begins. */
struct line_profile **profile_lines(bool conflicts, size_t most, size_t *count);
struct block **profile_blocks(size_t most, size_t *count);

#endif
