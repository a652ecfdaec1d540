/* The slices of memory, by core, in the order of addresses. */
#include "page_slices.h"

#include "core.h"
#include "core_work.h"
#include "machine.h"
#include "page.h"

static PER_CORE uint64_t slice_end; /* the first frame behind this core's slice */
static uint32_t slices = 1;         /* cores that have one */

void
page_slices_make(void)
{
    uint64_t free_pages = page_free_count(), seen = 0;
    uint32_t core = 0;
    for (uint64_t frame = 0; frame < page_limit; frame++) {
        seen += page_table_all[frame].kind == PAGE_FREE;
        while (core + 1 < core_count && seen >= free_pages * (core + 1) / core_count)
            *CORE_AT(core++, slice_end) = frame + 1;
    }
    slices = core_count;
}

/* The first core whose slice ends behind the frame; the last slice has all the rest. */
uint32_t
page_home(uint64_t frame)
{
    uint32_t low = 0, high = slices - 1;
    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (frame < *CORE_AT(middle, slice_end))
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Deals out this core's slice; the last one has all behind it as well. `left` counts the cores that have not. */
static void
slice_deal(void *left)
{
    uint32_t core = core_index();
    uint64_t first = core > 0 ? *CORE_AT(core - 1, slice_end) : 0;
    page_deal(first, core + 1 < slices ? *CORE_OWN(slice_end) : page_limit);
    __atomic_sub_fetch((uint32_t *)left, 1, __ATOMIC_RELEASE); /* partner: page_slices_deal */
}

void
page_slices_deal(void)
{
    uint32_t left = core_count;
    page_lists_empty();
    for (uint32_t core = 1; core < core_count; core++)
        core_give_work(core, slice_deal, &left);
    slice_deal(&left);
    /* Acquire: all lists are as they are to be (partner: slice_deal). */
    while (__atomic_load_n(&left, __ATOMIC_ACQUIRE) > 0)
        cpu_pause();
}
