/* Memory of one core that is only ever added to: what MapReduce's rows are made of.
 *
 * An arena cuts small pieces from chunks of the core's own window, so a row lies on pages that this core
 * alone writes, and taking a piece touches nothing that another core touches. A piece begins a cache line: what is
 * no longer than a line is one miss for the core that reads it. Nothing is given back: a job's memory ends with its
 * program. */
#ifndef COREY_MAPREDUCE_ARENA_H
#define COREY_MAPREDUCE_ARENA_H

#include <stddef.h>

#define CACHE_LINE 64ul

/* All zero is an arena that has no chunk yet. */
struct arena {
    char *next; /* the first byte not taken */
    char *end;
};

/* `bytes` zeroed bytes, aligned to CACHE_LINE. Called by the core that owns the arena.
 * Returns NULL when the window has no room; the arena is as before. */
void *arena_take(struct arena *arena, size_t bytes);

#endif
