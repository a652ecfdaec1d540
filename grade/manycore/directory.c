/* The directory, a chunk of it at a time; and distances. */
#include "directory.h"

#include <stdio.h>
#include <stdlib.h>

#define CHUNK_LINES 4096u
#define CHUNKS      (1u << 20) /* of physical memory: 256 GiB */

static struct directory_line *chunks[CHUNKS];

struct directory_line *
directory_line(uint64_t line)
{
    struct directory_line **chunk = &chunks[line / CHUNK_LINES % CHUNKS];
    if (*chunk == NULL && (*chunk = calloc(CHUNK_LINES, sizeof(**chunk))) == NULL) {
        perror("manycore");
        abort();
    }
    return &(*chunk)[line % CHUNK_LINES];
}

uint64_t
cluster_distance(const struct core *core, unsigned cluster)
{
    if (cluster == core->cluster)
        return machine.near;
    return cluster / machine.clusters == core->socket ? machine.far : machine.socket;
}

enum source
cluster_source(const struct core *core, unsigned cluster)
{
    if (cluster == core->cluster)
        return FROM_NEAR;
    return cluster / machine.clusters == core->socket ? FROM_FAR : FROM_SOCKET;
}

unsigned
nearest_holder(const struct core *core, const struct directory_line *entry)
{
    unsigned best = CLUSTERS_MOST;
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
