/* Memory from malloc instead of pages and slabs: each block is one of its own, zeroed and aligned as the kernel's
 * are, so that the sanitizer notices each use of a freed one. */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "panic.h"
#include "slab.h"

static uint64_t blocks;

static void *
host_allocate(size_t bytes)
{
    size_t size = (size_t)round_up(bytes, CACHE_LINE);
    void *block = aligned_alloc(CACHE_LINE, size);
    if (block == NULL)
        panic("the host has no memory left");
    __atomic_add_fetch(&blocks, 1, __ATOMIC_RELAXED);
    return memset(block, 0, size);
}

static void
host_free(void *block)
{
    __atomic_sub_fetch(&blocks, 1, __ATOMIC_RELAXED);
    free(block);
}

uint64_t
host_blocks(void)
{
    return __atomic_load_n(&blocks, __ATOMIC_RELAXED);
}

void *
slab_alloc(__attribute__((unused)) uint32_t home, size_t bytes)
{
    return host_allocate(bytes);
}

void
slab_free(void *block)
{
    host_free(block);
}

uint64_t
slab_size(size_t bytes)
{
    return round_up(bytes, CACHE_LINE);
}

void *
block_alloc(__attribute__((unused)) uint32_t home, size_t bytes, __attribute__((unused)) enum page_kind kind)
{
    return host_allocate(bytes);
}

void
block_free(void *block, __attribute__((unused)) size_t bytes)
{
    host_free(block);
}

uint64_t
block_size(size_t bytes)
{
    return round_up(bytes, CACHE_LINE);
}

uint64_t
page_free_count(void)
{
    return 1 << 16;
}
