/* Regions: what was counted between two markers. */
#ifndef MANYCORE_REGION_H
#define MANYCORE_REGION_H

#include <stdio.h>

#include "profile.h"

/* The block that the core runs has cost what its clock has moved since it began. */
static inline void
core_account(struct core *core)
{
    struct block *block = core->block;
    uint64_t spent = core->clock - core->block_clock;
    core->block_clock = core->clock;
    if (block == NULL)
        return;
    block->cycles += spent;
    if (block->kernel)
        core->counts.kernel += spent;
    else if (core->waits)
        core->counts.waiting += spent;
}

/* Whether regions report conflicts alone: where no cost is known. */
extern bool region_conflicts_only;

/* A region begins, or the one under way ends, at the instant of `core`. One that begins ends the one before. */
void region_begin(const struct core *core);
void region_end(const struct core *core);

/* The guest's memory as it is, into the file that is to hold it; and whether that has been done. */
void memory_write(void);
extern bool memory_written;

/* All regions that have ended, as the elements of a JSON array. */
void regions_write(FILE *file);

#endif
