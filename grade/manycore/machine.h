/* A simulated machine, as its file describes it; README.md says what each key means. */
#ifndef MANYCORE_MACHINE_H
#define MANYCORE_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#define CORES_MOST    64
#define CLUSTERS_MOST 16
#define LINE          64ul
#define STREAMS_MOST  32

/* Clocks count in parts of a cycle, so that an instruction may take less than one. */
#define CYCLE 16u

struct cache_shape {
    uint64_t bytes, ways, latency;
};

/* Latencies and costs are in parts of a cycle. */
struct machine {
    char name[64];
    uint64_t sockets, clusters, cores; /* in all; in a socket; in a cluster */
    uint64_t hertz, instruction;
    struct cache_shape l1d, l1i, l2, l3;
    uint64_t near, far, socket, memory, memory_far;
    uint64_t line_time;                         /* that a node's memory is busy with a line */
    uint64_t streams;                           /* of a core's prefetcher */
    struct cache_shape dtlb, dtlb_large, dtlb2; /* bytes: entries */
    uint64_t atomic, pause, uncached, system_call, trap, interrupt;
};

/* Reads the file; false: it is not a machine, and why has been said. */
bool machine_read(const char *path, struct machine *machine);

#endif
