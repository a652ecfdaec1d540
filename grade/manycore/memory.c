/* The model of caches and memory. See memory.h for its rules. */
#include "memory.h"

#include "profile.h"

#include <stdio.h>
#include <stdlib.h>

#define MAXIMUM(a, b) ((a) > (b) ? (a) : (b))

/* --- the directory ---------------------------------------------------------------------------------------------- */

struct directory_line {
    uint64_t sharers; /* cores whose L2 holds it */
    uint64_t busy;    /* until then it is being handed over */
    uint16_t l3;      /* clusters whose L3 holds it */
    uint8_t owner;    /* number of the core that owns it, + 1; 0: none does */
    bool dirty;       /* memory has not what the caches have */
};

#define CHUNK_LINES 4096u
#define CHUNKS      (1u << 20) /* of physical memory: 256 GiB */

static struct directory_line *chunks[CHUNKS];
static struct tags *l3; /* by cluster */
static struct memory_options options;

static struct directory_line *
directory_line(uint64_t line)
{
    struct directory_line **chunk = &chunks[line / CHUNK_LINES % CHUNKS];
    if (*chunk == NULL && (*chunk = calloc(CHUNK_LINES, sizeof(**chunk))) == NULL) {
        perror("manycore");
        abort();
    }
    return &(*chunk)[line % CHUNK_LINES];
}

static void
source_count(struct counts *counts, enum source source)
{
    uint64_t *const of_source[] = {&counts->l3,         &counts->near,    &counts->far,
                                   &counts->socket,     &counts->memory,  &counts->memory_far,
                                   &counts->prefetched, &counts->upgrades};
    ++*of_source[source];
}

/* --- distances ---------------------------------------------------------------------------------------------------- */

static uint64_t
cluster_distance(const struct core *core, unsigned cluster)
{
    if (cluster == core->cluster)
        return machine.near;
    return cluster / machine.clusters == core->socket ? machine.far : machine.socket;
}

static enum source
cluster_source(const struct core *core, unsigned cluster)
{
    if (cluster == core->cluster)
        return FROM_NEAR;
    return cluster / machine.clusters == core->socket ? FROM_FAR : FROM_SOCKET;
}

/* The cluster nearest to the core that holds the line in some cache; 64: none. */
static unsigned
nearest_holder(const struct core *core, const struct directory_line *entry)
{
    unsigned best = 64;
    uint64_t least = ~0ul;
    for (uint64_t left = entry->sharers & ~core->bit; left != 0; left &= left - 1) {
        unsigned cluster = cores[__builtin_ctzll(left)].cluster;
        if (cluster_distance(core, cluster) < least)
            least = cluster_distance(core, cluster), best = cluster;
    }
    for (unsigned left = entry->l3; left != 0; left &= left - 1) {
        unsigned cluster = (unsigned)__builtin_ctz(left);
        if (cluster_distance(core, cluster) < least)
            least = cluster_distance(core, cluster), best = cluster;
    }
    return best;
}

/* --- memory nodes --------------------------------------------------------------------------------------------------- */

/* How many lines a node serves in each window of time. Cores are simulated one after another, each a few hundred cycles
 * ahead of the next; so a request takes the first window from its own time on that has room, whoever came before. */
#define WINDOW  (256u * CYCLE)
#define WINDOWS 4096u

static struct node {
    uint64_t number[WINDOWS]; /* of the window that stands in this slot */
    uint32_t served[WINDOWS]; /* time, in parts of a cycle */
} * nodes;

static unsigned
node_of(uint64_t line)
{
    uint64_t part = options.bytes / machine.sockets;
    return part == 0 ? 0 : (unsigned)(line * LINE / part % machine.sockets);
}

/* The time until the node can begin with a line. */
static uint64_t
node_wait(unsigned number, uint64_t now)
{
    struct node *node = &nodes[number];
    if (options.bandwidth_off || machine.line_time == 0)
        return 0;
    uint64_t window = now / WINDOW;
    for (;; window++) {
        unsigned slot = window % WINDOWS;
        if (node->number[slot] != window)
            node->number[slot] = window, node->served[slot] = 0;
        if (node->served[slot] + machine.line_time <= MAXIMUM(WINDOW, machine.line_time))
            break;
    }
    node->served[window % WINDOWS] += (uint32_t)machine.line_time;
    return window * WINDOW > now ? window * WINDOW - now : 0;
}

/* Whether the core's prefetcher had asked for the line: it is the next of a stream that has run for a while, and of the
 * same page. */
static bool
prefetch_has(struct core *core, uint64_t line)
{
    struct stream *oldest = &core->streams[0];
    for (uint64_t i = 0; i < machine.streams; i++) {
        struct stream *stream = &core->streams[i];
        int64_t step = (int64_t)(line - stream->line);
        if ((step == 1 || step == -1) && line / (4096 / LINE) == stream->line / (4096 / LINE)) {
            stream->hits = step == stream->step ? stream->hits + 1 : 1;
            stream->step = (int)step;
            stream->line = line;
            stream->used = core->clock;
            return stream->hits >= 2;
        }
        if (stream->used < oldest->used)
            oldest = stream;
    }
    if (machine.streams > 0)
        *oldest = (struct stream){.line = line, .used = core->clock};
    return false;
}

static struct found
memory_find(struct core *core, uint64_t line, enum access_kind kind)
{
    unsigned node = node_of(line);
    uint64_t wait = node_wait(node, core->clock);
    core->counts.queued += wait;
    if (kind != ACCESS_FETCH && kind != ACCESS_WALK && prefetch_has(core, line))
        return (struct found){MAXIMUM(wait + machine.line_time, machine.l2.latency), FROM_PREFETCH, 0};
    if (node == core->socket)
        return (struct found){wait + machine.memory, FROM_MEMORY, 0};
    return (struct found){wait + machine.memory_far, FROM_MEMORY_FAR, 0};
}

/* --- filling and losing ----------------------------------------------------------------------------------------------- */

/* At the instant `now`. */
static void
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

/* The core's L2, and what it holds for L1, loses the line. */
static void
core_lose(struct core *core, uint64_t line, struct directory_line *entry)
{
    tags_remove(&core->l1d, line);
    tags_remove(&core->l1i, line);
    tags_remove(&core->l2, line);
    entry->sharers &= ~core->bit;
    if (entry->owner == core->index + 1)
        entry->owner = 0;
}

static void
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

/* --- coherence ---------------------------------------------------------------------------------------------------------- */

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

/* Where a line is found that the core's own caches do not hold, and how long that takes. */
static struct found
line_find(struct core *core, uint64_t line, enum access_kind kind, struct directory_line *entry)
{
    if (entry->owner == 0 && entry->l3 & 1u << core->cluster) {
        tags_find(&l3[core->cluster], line);
        return (struct found){machine.l3.latency, FROM_L3, 0};
    }
    unsigned holder = nearest_holder(core, entry);
    unsigned node = node_of(line);
    uint64_t home = node == core->socket ? machine.memory : machine.memory_far;
    /* A clean copy in another socket is no nearer than memory. */
    if (holder < 64 && (entry->dirty || cluster_distance(core, holder) <= home))
        return (struct found){cluster_distance(core, holder), cluster_source(core, holder), 0};
    return memory_find(core, line, kind);
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

/* --- time --------------------------------------------------------------------------------------------------------------- */

/* Model generous. A load's place is free again when it has ended; no instruction begins that is too far behind it. */
static void
load_begin(struct core *core, uint64_t latency)
{
    struct flight *flight = &core->flight;
    core->clock = MAXIMUM(core->clock, flight->load_end[flight->load]);
    for (unsigned i = 0; i < MISSES_MOST; i++)
        if (core->counts.instructions - flight->load_at[i] > WINDOW_INSNS)
            core->clock = MAXIMUM(core->clock, flight->load_end[i]);
    flight->load_end[flight->load] = core->clock + latency;
    flight->load_at[flight->load] = core->counts.instructions;
    flight->load = (flight->load + 1) % MISSES_MOST;
}

/* Stores are seen in their order. */
static void
store_begin(struct core *core, uint64_t latency)
{
    struct flight *flight = &core->flight;
    core->clock = MAXIMUM(core->clock, flight->store_end[flight->store]);
    flight->store_last = MAXIMUM(flight->store_last, core->clock + latency);
    flight->store_end[flight->store] = flight->store_last;
    flight->store = (flight->store + 1) % STORES_MOST;
}

void
memory_drain(struct core *core)
{
    struct flight *flight = &core->flight;
    if (!options.generous)
        return;
    core->clock = MAXIMUM(core->clock, flight->store_last);
    for (unsigned i = 0; i < MISSES_MOST; i++)
        core->clock = MAXIMUM(core->clock, flight->load_end[i]);
}

static void
take_time(struct core *core, uint64_t latency, enum access_kind kind)
{
    if (options.generous && kind == ACCESS_READ)
        load_begin(core, latency);
    else if (options.generous && kind == ACCESS_WRITE)
        store_begin(core, latency);
    else
        core->clock += latency;
}

/* Whether the core's own caches have the line as it wants it; then they serve it. `first` is its L1. */
static bool
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
    take_time(core, machine.l2.latency, kind);
    return true;
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
    take_time(core, found.latency, kind);
}

/* --- making it ------------------------------------------------------------------------------------------------------------ */

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
memory_make(const struct memory_options *chosen)
{
    options = *chosen;
    bool made = true;
    unsigned clusters = (unsigned)(machine.sockets * machine.clusters);
    nodes = calloc(machine.sockets, sizeof(*nodes));
    l3 = calloc(clusters, sizeof(*l3));
    if (nodes == NULL || l3 == NULL)
        return false;
    for (unsigned i = 0; i < clusters; i++)
        made = made && tags_make(&l3[i], &machine.l3);
    for (unsigned i = 0; i < core_count; i++)
        made = made && tags_make(&cores[i].l1d, &machine.l1d) && tags_make(&cores[i].l1i, &machine.l1i) &&
               tags_make(&cores[i].l2, &machine.l2);
    return made;
}
