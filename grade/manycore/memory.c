/* The model of caches and memory. See memory.h for its rules. */
#include "memory.h"

#include "caches.h"
#include "nodes.h"
#include "overlap.h"
#include "profile.h"

#define MAXIMUM(a, b) ((a) > (b) ? (a) : (b))

static void
source_count(struct counts *counts, enum source source)
{
    uint64_t *const of_source[] = {&counts->l3,         &counts->near,    &counts->far,
                                   &counts->socket,     &counts->memory,  &counts->memory_far,
                                   &counts->prefetched, &counts->upgrades};
    ++*of_source[source];
}

/* --- coherence -------------------------------------------------------------------------------------------------- */

/* Everybody but the core loses the line; that takes as long as the farthest takes to say so. */
static void
others_invalidate(struct core *core, uint64_t line, struct directory_line *entry, struct found *found)
{
    uint64_t longest = found->latency;
    for (uint64_t left = entry->sharers & ~core->bit; left != 0; left &= left - 1) {
        struct core *other = &cores[__builtin_ctzll(left)];
        longest = MAXIMUM(longest, cluster_distance(core, other->cluster));
        other->counts.invalidations++;
        found->invalidated++;
        core_lose(other, line, entry);
    }
    for (unsigned left = entry->l3; left != 0; left &= left - 1) {
        unsigned cluster = (unsigned)__builtin_ctz(left);
        if (cluster != core->cluster)
            longest = MAXIMUM(longest, cluster_distance(core, cluster));
        tags_remove(&l3[cluster], line);
    }
    entry->l3 = 0;
    found->latency = longest;
}

/* `ahead`: the core's prefetcher has asked for it, and only bandwidth could have kept it from being in L2 by now. */
static struct found
memory_find(struct core *core, uint64_t line, bool ahead)
{
    unsigned node = node_of(line);
    uint64_t wait = node_wait(node, core->clock);
    core->counts.queued += wait;
    if (ahead)
        return (struct found){MAXIMUM(wait + machine.line_time, machine.l2.latency), FROM_PREFETCH, 0};
    if (node == core->socket)
        return (struct found){wait + machine.memory, FROM_MEMORY, 0};
    return (struct found){wait + machine.memory_far, FROM_MEMORY_FAR, 0};
}

/* Where a line is found that the core's own caches do not hold, and how long that takes. The prefetcher sees all that
 * its L2 misses, and has what its own L3 or memory served; not what other caches had. */
static struct found
line_find(struct core *core, uint64_t line, enum access_kind kind, struct directory_line *entry)
{
    bool ahead = kind != ACCESS_FETCH && kind != ACCESS_WALK && stream_follow(core, line);
    if (entry->owner == 0 && entry->l3 & 1u << core->cluster) {
        tags_find(&l3[core->cluster], line);
        if (ahead)
            return (struct found){machine.l2.latency, FROM_PREFETCH, 0};
        return (struct found){machine.l3.latency, FROM_L3, 0};
    }
    unsigned holder = nearest_holder(core, entry);
    unsigned node = node_of(line);
    uint64_t home = node == core->socket ? machine.memory : machine.memory_far;
    /* A clean copy in another socket is no nearer than memory. */
    if (holder < CLUSTERS_MOST && (entry->dirty || cluster_distance(core, holder) <= home))
        return (struct found){cluster_distance(core, holder), cluster_source(core, holder), 0};
    return memory_find(core, line, ahead);
}

/* The owner keeps the line as one of several; its cluster's L3 has it, too. */
static void
owner_demote(struct directory_line *entry, uint64_t line, uint64_t now)
{
    struct core *owner = &cores[entry->owner - 1];
    tags_set_state(&owner->l1d, line, SHARED);
    tags_set_state(&owner->l2, line, SHARED);
    entry->owner = 0;
    l3_fill(owner->cluster, line, entry, now);
}

/* A transfer begins when the one before has ended (M3). */
static void
transfer(struct core *core, struct directory_line *entry, struct found *found)
{
    uint64_t begin = MAXIMUM(core->clock, entry->busy), queued = begin - core->clock;
    core->counts.queued += queued;
    entry->busy = begin + found->latency;
    found->latency += queued;
}

static struct found
line_read(struct core *core, uint64_t line, enum access_kind kind, struct directory_line *entry)
{
    bool moves = entry->owner != 0;
    struct found found = line_find(core, line, kind, entry);
    if (moves)
        owner_demote(entry, line, core->clock);
    if (moves || entry->busy > core->clock)
        transfer(core, entry, &found);
    if (entry->sharers == 0 && entry->l3 == 1u << core->cluster) {
        tags_remove(&l3[core->cluster], line); /* nobody else has it: it is the core's own again (M1) */
        entry->l3 = 0;
    }
    bool alone = entry->sharers == 0 && entry->l3 == 0;
    entry->sharers |= core->bit;
    if (alone)
        entry->owner = (uint8_t)(core->index + 1);
    core_fill(core, line, kind, alone ? EXCLUSIVE : SHARED);
    if (!alone)
        l3_fill(core->cluster, line, entry, core->clock);
    return found;
}

static struct found
line_own(struct core *core, uint64_t line, enum access_kind kind, struct directory_line *entry)
{
    bool held = entry->sharers & core->bit, moves = (entry->sharers & ~core->bit) != 0;
    struct found found = {machine.l3.latency, UPGRADE,
                          0}; /* where it is held: only the directory knows by whom else */
    if (!held)
        found = line_find(core, line, kind, entry);
    others_invalidate(core, line, entry, &found);
    if (moves)
        transfer(core, entry, &found);
    entry->owner = (uint8_t)(core->index + 1);
    entry->dirty = true;
    if (held) {
        tags_set_state(&core->l2, line, MODIFIED);
        tags_set_state(&core->l1d, line, MODIFIED);
    } else {
        entry->sharers |= core->bit;
        core_fill(core, line, kind, MODIFIED);
    }
    return found;
}

void
memory_miss(struct core *core, uint64_t line, enum access_kind kind, const struct origin *origin)
{
    bool own = kind == ACCESS_WRITE || kind == ACCESS_ATOMIC;
    if (own_caches_serve(core, kind == ACCESS_FETCH ? &core->l1i : &core->l1d, line, kind, own))
        return;
    struct directory_line *entry = directory_line(line);
    struct found found = own ? line_own(core, line, kind, entry) : line_read(core, line, kind, entry);
    source_count(&core->counts, found.source);
    profile_line(core, line, own, &found, origin);
    miss_begin(core, found.latency, kind);
}

void
memory_device_write(uint64_t line, uint64_t now)
{
    struct directory_line *entry = directory_line(line);
    for (uint64_t left = entry->sharers; left != 0; left &= left - 1) {
        struct core *core = &cores[__builtin_ctzll(left)];
        core->counts.invalidations++;
        core_lose(core, line, entry);
    }
    for (unsigned left = entry->l3; left != 0; left &= left - 1)
        tags_remove(&l3[__builtin_ctz(left)], line);
    entry->l3 = 0;
    entry->dirty = false;
    node_wait(node_of(line), now); /* the device waits for it, and nobody else, but it takes bandwidth */
}

bool
memory_make(const struct memory_options *options)
{
    overlap_make(options->generous);
    return caches_make() && nodes_make(options->bytes, options->bandwidth_off);
}
