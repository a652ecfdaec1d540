/* A simulated core: its clock, its counters, and what it has of caches and TLB.
 *
 * All of the simulator runs on the one thread on which QEMU runs the guest's processors, in turn; nothing is locked. */
#ifndef MANYCORE_CORE_H
#define MANYCORE_CORE_H

#include "machine.h"
#include "tags.h"

/* What is counted on each core; README.md says what each means. Times are in parts of a cycle. */
#define COUNTS_OF_TIME(X)                                                                                    \
    X(halted)                                                                                                \
    X(waiting)                                                                                               \
    X(paused)                                                                                                \
    X(kernel)                                                                                                \
    X(queued)                                                                                                \
    X(walk_cycles)
#define COUNTS_OF_EVENTS(X)                                                                                  \
    X(instructions)                                                                                          \
    X(kernel_instructions)                                                                                   \
    X(l1)                                                                                                    \
    X(l2)                                                                                                    \
    X(l3)                                                                                                    \
    X(near)                                                                                                  \
    X(far)                                                                                                   \
    X(socket)                                                                                                \
    X(memory)                                                                                                \
    X(memory_far)                                                                                            \
    X(prefetched)                                                                                            \
    X(upgrades)                                                                                              \
    X(invalidations)                                                                                         \
    X(fetches)                                                                                               \
    X(walks)                                                                                                 \
    X(atomics)                                                                                               \
    X(uncached)                                                                                              \
    X(system_calls)                                                                                          \
    X(traps)                                                                                                 \
    X(interrupts)

struct counts {
#define FIELD(name) uint64_t name;
    COUNTS_OF_TIME(FIELD) COUNTS_OF_EVENTS(FIELD)
#undef FIELD
};

/* Pages whose translation the first level of the TLB has. `change` counts up when that goes. */
struct tlb_entry {
    uint64_t page;  /* number of the page, of its own size; NO_PAGE: none */
    uint64_t frame; /* where it is: its first 4 KiB of physical memory, by number */
    uint64_t used;  /* when last, on the core's clock */
    uint32_t change;
    bool global;
};

#define NO_PAGE     (~0ul)
#define LOST_PAGE   (NO_PAGE - 1)
#define FILTER_SIZE 1024 /* 4 KiB pages of which it is known where they are */

struct tlb_level {
    struct tlb_entry *entries;
    uint32_t sets, ways;
};

struct filter {
    uint64_t page, physical; /* both 4 KiB, as numbers; a device's: NO_PAGE */
    struct tlb_entry *entry; /* valid while its change is this */
    uint32_t change;
};

/* Tables of a level above the last that a walk need not read again. */
#define WALKS_KEPT 32

struct tlb {
    struct tlb_level small, large, second;
    struct filter filter[FILTER_SIZE];
    uint64_t tables; /* cr3; NO_PAGE: there is no paging. Read anew when it may have been written */
    bool tables_written;
    struct {
        uint64_t window, table; /* number of the 2 MiB window; physical address of its last table */
    } kept[WALKS_KEPT];
};

struct stream {
    uint64_t line; /* the last that missed */
    uint64_t used;
    int step;      /* 1 or -1 */
    unsigned hits; /* lines in a row */
};

/* Model generous: misses under way, by when they end. */
#define MISSES_MOST  10
#define STORES_MOST  56
#define WINDOW_INSNS 224 /* instructions that may have begun behind a load that is not done */

struct flight {
    uint64_t load_end[MISSES_MOST], load_at[MISSES_MOST]; /* the second: instructions by then */
    uint64_t store_end[STORES_MOST], store_last;
    unsigned load, store; /* the oldest of each */
};

struct block;

struct core {
    uint64_t clock, turn_end;
    uint64_t string_line[2]; /* that the repeated instruction under way was last at: read, written */
    bool ended;              /* its turn, whatever it still runs of it */
    bool halted;             /* it has executed hlt, and no instruction since */
    bool waits;              /* between the markers of a wait */
    unsigned index, cluster, socket;
    uint64_t bit;

    struct block *block; /* that it runs, and its clock when it began that */
    uint64_t block_clock;
    struct counts counts;

    struct tags l1d, l1i, l2;
    struct tlb tlb;
    struct stream streams[STREAMS_MOST];
    struct flight flight;
};

/* What an access to a line is. */
enum access_kind {
    ACCESS_READ,
    ACCESS_WRITE,
    ACCESS_FETCH,  /* of instructions */
    ACCESS_WALK,   /* of a page table, by the processor itself */
    ACCESS_ATOMIC, /* to be written, and waited for */
};

/* A place in the code: an instruction that accesses memory. */
struct site {
    uint64_t address;
    bool atomic, string;
};

extern struct machine machine;
extern struct core *cores;
extern unsigned core_count;

#endif
