/* What hides a miss: the core's prefetcher, which asks for lines ahead; and, in model generous, misses and stores that
 * are under way while the core goes on. */
#ifndef MANYCORE_OVERLAP_H
#define MANYCORE_OVERLAP_H

#include "core.h"

/* The core's L2 misses the line: whether its prefetcher has asked for it before. It has if this is the next line of a
 * stream, in either direction and of the same page, that has run for two lines or more. So Intel's L2 streamer does
 * (Optimization Reference Manual, 248966, "Hardware Prefetching"), which besides sees what L2 has. */
bool stream_follow(struct core *core, uint64_t line);

/* Which model; before all others. */
void overlap_make(bool generous);

/* A miss takes so long. In model generous a load or a store does not keep the core, but for want of room. */
void miss_begin(struct core *core, uint64_t latency, enum access_kind kind);

/* The core waits until all is done that it has under way. */
void misses_end(struct core *core);

#endif
