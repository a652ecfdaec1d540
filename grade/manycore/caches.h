/* The caches: L1 and L2 of each core, which are in its struct, and one L3 a cluster. */
#ifndef MANYCORE_CACHES_H
#define MANYCORE_CACHES_H

#include "directory.h"

extern struct tags *l3; /* by cluster */

/* False: there is no memory for them. */
bool caches_make(void);

/* Whether the core's own caches have the line as it wants it (`own`: to write it); then they serve it, and it has cost
 * what it does. `first` is the L1 that is asked. */
bool own_caches_serve(struct core *core, struct tags *first, uint64_t line, enum access_kind kind, bool own);

/* The core's caches get a line that they have not; what it pushes out goes to the cluster's L3. */
void core_fill(struct core *core, uint64_t line, enum access_kind kind, enum line_state state);

/* The core's L2, and what it holds for L1, loses the line. */
void core_lose(struct core *core, uint64_t line, struct directory_line *entry);

/* The cluster's L3 has the line from the instant `now` on, if it had it not before. */
void l3_fill(unsigned cluster, uint64_t line, struct directory_line *entry, uint64_t now);

#endif
