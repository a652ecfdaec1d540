/* Blocks of any size up to a page. */
#include "block.h"

#include "paging.h"
#include "panic.h"
#include "slab.h"

void *
block_alloc(uint32_t home, size_t bytes, enum page_kind kind)
{
    assert(bytes <= PAGE_SIZE);
    if (bytes <= SLAB_MOST)
        return slab_alloc(home, bytes);
    struct page *page = page_alloc_zeroed(home, kind);
    return page == NULL ? NULL : page_bytes(page);
}

void
block_free(void *block, size_t bytes)
{
    if (bytes <= SLAB_MOST)
        slab_free(block);
    else
        page_free(page_at(physical(block)));
}

uint64_t
block_size(size_t bytes)
{
    return bytes <= SLAB_MOST ? slab_size(bytes) : PAGE_SIZE;
}
