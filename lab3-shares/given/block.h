/* Blocks of 64 bytes to one page: a slab's where it fits, else a page. */
#ifndef COREY_BLOCK_H
#define COREY_BLOCK_H

#include "page.h"

/* A zeroed block from core home's memory, or null. `kind` is that of the page, where it is one. */
void *block_alloc(uint32_t home, size_t bytes, enum page_kind kind);

/* Frees a block at once; `bytes` as it was asked for. */
void block_free(void *block, size_t bytes);

/* Bytes that it really takes: what an account is charged. */
uint64_t block_size(size_t bytes);

#endif
