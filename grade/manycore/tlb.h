/* The data TLB: two levels, and walks of the guest's own tables through the caches. */
#ifndef MANYCORE_TLB_H
#define MANYCORE_TLB_H

#include "profile.h"

/* False: no memory for it. */
bool tlb_make(bool charged);

/* Page (4 KiB, by number) at which a virtual address lies; found out anew, and charged. NO_PAGE: it is a device's.
 * LOST_PAGE: the tables do not say; the processor has used a translation that went meanwhile, and that a smaller TLB
 * would have had no more. Only in the callback of the access itself, whose `info` it is. */
uint64_t tlb_miss(struct core *core, uint32_t info, uint64_t address);

/* The same; most end here. */
static inline uint64_t
tlb_page(struct core *core, uint32_t info, uint64_t address)
{
    uint64_t page = address >> 12;
    const struct filter *filter = &core->tlb.filter[page % FILTER_SIZE];
    if (filter->page == page && filter->entry->change == filter->change) {
        filter->entry->used = core->clock;
        return filter->physical;
    }
    return tlb_miss(core, info, address);
}

/* Where an address lies on the processor of that index, NO_PAGE: nowhere; nothing is charged. */
uint64_t tlb_walk(unsigned index, uint64_t address);

/* The core is about to write cr3 (`all`: cr0 or cr4 instead, which forgets global pages, too), or to forget one
 * page. */
void tlb_flush(struct core *core, bool all);
void tlb_forget(struct core *core, uint64_t address);

#endif
