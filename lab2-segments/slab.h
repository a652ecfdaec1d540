/* Slabs: blocks smaller than a page, a list of half-used pages a core and size.
 *
 * Blocks come in sizes of 64, 128, 256, 512, 1024 and 2048 bytes, aligned to at least 64. A block returns to the core
 * that its page came from; an empty page returns to its page list. */
#ifndef COREY_SLAB_H
#define COREY_SLAB_H

#include "types.h"

#define SLAB_MOST 2048

/* A zeroed block of at least `bytes` (1 to SLAB_MOST) from core home's memory, or null. Any core. */
void *slab_alloc(uint32_t home, size_t bytes);

/* Frees a block at once; nobody else can reach it. Any core. Panics when it is not a block in use. */
void slab_free(void *block);

/* Bytes that slab_alloc really takes for `bytes`: what an account is charged. */
uint64_t slab_size(size_t bytes);

/* Bytes of the slab that this block lies in. */
uint64_t slab_size_of(const void *block);

/* Blocks in use on all cores' slabs, of all sizes: for tests and the audit. */
uint64_t slab_blocks_used(void);

#endif
