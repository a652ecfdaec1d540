/* Who has a line: the directory of the whole machine, and how far each of its caches is from a core. */
#ifndef MANYCORE_DIRECTORY_H
#define MANYCORE_DIRECTORY_H

#include "core.h"

struct directory_line {
    uint64_t sharers; /* cores whose L2 holds it */
    uint64_t busy;    /* until then it is being handed over */
    uint16_t l3;      /* clusters whose L3 holds it */
    uint8_t owner;    /* number of the core that owns it, + 1; 0: none does */
    bool dirty;       /* memory has not what the caches have */
};

/* The line's; it is there for good. */
struct directory_line *directory_line(uint64_t line);

/* Where a line was that the core's own caches had not; in the order of source_count in memory.c. */
enum source {
    FROM_L3,
    FROM_NEAR,
    FROM_FAR,
    FROM_SOCKET,
    FROM_MEMORY,
    FROM_MEMORY_FAR,
    FROM_PREFETCH,
    UPGRADE, /* they had it, but others did, too, and it was to be written */
};

/* How long it takes to get a line from that cluster, and as what that counts. */
uint64_t cluster_distance(const struct core *core, unsigned cluster);
enum source cluster_source(const struct core *core, unsigned cluster);

/* The cluster nearest to the core of those that hold the line in some cache of others; CLUSTERS_MOST: none does. */
unsigned nearest_holder(const struct core *core, const struct directory_line *entry);

#endif
