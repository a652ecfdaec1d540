/* The slices of memory, by node and core, in the order of addresses. */
#include "page_slices.h"

#include "core.h"
#include "core_work.h"
#include "machine.h"
#include "page.h"

/* What a core is about to deal out: frames. */
struct slice {
    uint64_t first, end;
    uint32_t *left; /* cores that have not dealt theirs; atomic */
};

static PER_CORE struct slice slice;

uint32_t
core_node(const struct srat *nodes, uint32_t core)
{
    return nodes->node[CORE_AT(core, core_words)->apic_id];
}

/* How many cores a node has. */
static uint32_t
node_cores(const struct srat *nodes, uint32_t node)
{
    uint32_t count = 0;
    for (uint32_t core = 0; core < core_count; core++)
        count += core_node(nodes, core) == node;
    return count;
}

/* Leaves the ranges whose nodes have cores, each as far as the next one's start, and the first from 0 on. */
static void
ranges_settle(struct srat *nodes)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < nodes->count; i++)
        if (node_cores(nodes, nodes->range[i].node) > 0 &&
            (kept == 0 || nodes->range[kept - 1].node != nodes->range[i].node))
            nodes->range[kept++] = nodes->range[i];
    if (kept == 0)
        *nodes = (struct srat){}; /* one node, then, which is called 0 */
    nodes->count = maximum(kept, 1);
    nodes->range[0].start = 0;
}

static void
slice_deal(__attribute__((unused)) void *argument)
{
    const struct slice *own = CORE_OWN(slice);
    page_deal(own->first, own->end);
    __atomic_sub_fetch(own->left, 1, __ATOMIC_RELEASE); /* partner: range_deal */
}

/* The frame behind the first `count` free pages from `frame` on. */
static uint64_t
pages_skip(uint64_t frame, uint64_t end, uint64_t count)
{
    for (; frame < end && count > 0; frame++)
        count -= page_table_all[frame].kind == PAGE_FREE;
    return frame;
}

/* Cuts frames [first, end) for the cores of a node, and has them deal out their parts. */
static void
range_deal(const struct srat *nodes, uint32_t node, uint64_t first, uint64_t end)
{
    uint32_t cores = node_cores(nodes, node), left = cores;
    uint64_t free_pages = 0;
    for (uint64_t frame = first; frame < end; frame++)
        free_pages += page_table_all[frame].kind == PAGE_FREE;

    for (uint32_t core = 0; core < core_count; core++) {
        if (core_node(nodes, core) != node)
            continue;
        uint64_t part = free_pages / cores, behind = cores == 1 ? end : pages_skip(first, end, part);
        *CORE_AT(core, slice) = (struct slice){first, behind, &left};
        if (core > 0)
            core_give_work(core, slice_deal, NULL);
        first = behind;
        free_pages -= part;
        cores--;
    }
    if (core_node(nodes, 0) == node)
        slice_deal(NULL);
    /* Acquire: their lists are as they are to be (partner: slice_deal). */
    while (__atomic_load_n(&left, __ATOMIC_ACQUIRE) > 0)
        cpu_pause();
}

/* The highest range first: so a list begins with the lowest pages, whose descriptors its core has had last. */
void
page_slices_deal(struct srat *nodes)
{
    ranges_settle(nodes);
    page_lists_empty();
    uint64_t end = page_limit;
    for (uint32_t i = nodes->count; i-- > 0;) {
        const struct srat_range *range = &nodes->range[i];
        uint64_t first = minimum(round_up(range->start, PAGE_SIZE) >> PAGE_SHIFT, end);
        range_deal(nodes, range->node, first, end);
        end = first;
    }
}
