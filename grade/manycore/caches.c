/* Caches: filling them, and what they push out. */
#include "caches.h"

#include <stdlib.h>

#include "nodes.h"
#include "overlap.h"

struct tags *l3;

static bool
tags_make(struct tags *tags, const struct cache_shape *shape)
{
    tags->ways = (uint32_t)shape->ways;
    tags->sets = (uint32_t)(shape->bytes / LINE / shape->ways);
    tags->mask = (tags->sets & (tags->sets - 1)) == 0 ? tags->sets - 1 : 0;
    tags->entries = calloc((size_t)tags->sets * tags->ways, sizeof(uint64_t));
    return tags->entries != NULL;
}

bool
caches_make(void)
{
    unsigned clusters = (unsigned)(machine.sockets * machine.clusters);
    l3 = calloc(clusters, sizeof(*l3));
    bool made = l3 != NULL;
    for (unsigned i = 0; made && i < clusters; i++)
        made = tags_make(&l3[i], &machine.l3);
    for (unsigned i = 0; made && i < core_count; i++)
        made = tags_make(&cores[i].l1d, &machine.l1d) && tags_make(&cores[i].l1i, &machine.l1i) &&
               tags_make(&cores[i].l2, &machine.l2);
    return made;
}

void
l3_fill(unsigned cluster, uint64_t line, struct directory_line *entry, uint64_t now)
{
    if (entry->l3 & 1u << cluster) {
        tags_find(&l3[cluster], line);
        return;
    }
    uint64_t out = tags_insert(&l3[cluster], line, SHARED);
    entry->l3 |= 1u << cluster;
    if (out == 0)
        return;
    struct directory_line *left = directory_line(ENTRY_LINE(out));
    left->l3 &= ~(1u << cluster);
    if (left->dirty && left->l3 == 0 && left->sharers == 0) {
        left->dirty = false;
        node_wait(node_of(ENTRY_LINE(out)), now); /* written back: nobody waits, but it takes bandwidth */
    }
}

void
core_lose(struct core *core, uint64_t line, struct directory_line *entry)
{
    tags_remove(&core->l1d, line);
    tags_remove(&core->l1i, line);
    tags_remove(&core->l2, line);
    entry->sharers &= ~core->bit;
    if (entry->owner == core->index + 1)
        entry->owner = 0;
}

void
core_fill(struct core *core, uint64_t line, enum access_kind kind, enum line_state state)
{
    uint64_t out = tags_insert(&core->l2, line, state);
    if (out != 0) {
        uint64_t left = ENTRY_LINE(out);
        struct directory_line *entry = directory_line(left);
        core_lose(core, left, entry);
        l3_fill(core->cluster, left, entry, core->clock);
    }
    tags_insert(kind == ACCESS_FETCH ? &core->l1i : &core->l1d, line, state);
}

bool
own_caches_serve(struct core *core, struct tags *first, uint64_t line, enum access_kind kind, bool own)
{
    uint64_t *entry = tags_find(first, line);
    bool in_first = entry != NULL;
    if (in_first && (!own || ENTRY_OWNED(*entry))) {
        *entry |= own ? MODIFIED : 0;
        if (kind == ACCESS_WALK)
            core->clock += machine.l1d.latency;
        return true;
    }
    if (kind == ACCESS_FETCH)
        core->counts.fetches++;
    else if (!in_first)
        core->counts.l1++;
    entry = tags_find(&core->l2, line);
    if (entry == NULL)
        return false;
    if (!in_first)
        tags_insert(first, line, ENTRY_STATE(*entry));
    if (own && !ENTRY_OWNED(*entry))
        return false;
    if (own) {
        *entry |= MODIFIED;
        tags_set_state(first, line, MODIFIED);
    }
    core->counts.l2++;
    miss_begin(core, machine.l2.latency, kind);
    return true;
}
