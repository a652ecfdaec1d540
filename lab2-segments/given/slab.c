/* Slabs: pages cut into blocks of one size, a list a core and size.
 *
 * L1  A slab stands on its core's list while it has both free and used blocks; a full one is on no list, an empty one
 *     is no slab any more.
 * L2  A free block begins with struct free_block; the mark tells it from a block in use, so that a double free is seen
 *     at once. A used block holds the mark of its own address only by a chance of 2^-64.
 * Lock order: a slab list, then page lists. */
#include "slab.h"

#include "core.h"
#include "page.h"
#include "paging.h"
#include "panic.h"
#include "string.h"

#define UNIT       64ul /* offsets of blocks are counted in these */
#define NO_BLOCK   0xff
#define FREE_MARK  0x5ab1f4eeb10cf4eeul
#define SLAB_SIZES 6 /* 64 << 0 ... 64 << 5 */

struct free_block {
    uint64_t mark; /* FREE_MARK ^ address */
    uint8_t next;  /* offset of the next free one in this slab, in units; NO_BLOCK: none */
};

struct slab_list {
    struct ticket_lock lock; /* guards all below, and the slabs of this core and size */
    struct page *first;      /* linked by slab.next_slab (L1) */
    uint64_t used;           /* blocks */
};

static PER_CORE struct slab_list slab_lists[SLAB_SIZES];

static unsigned
size_index(size_t bytes)
{
    unsigned index = 0;
    while ((UNIT << index) < bytes)
        index++;
    return index;
}

static struct slab_list *
slab_list_of(uint32_t home, size_t block)
{
    return &(*CORE_AT(home, slab_lists))[size_index(block)];
}

static struct free_block *
block_at(const struct page *page, unsigned offset)
{
    return (struct free_block *)((char *)page_bytes(page) + offset * UNIT);
}

static uint64_t
block_mark(const struct free_block *block)
{
    return FREE_MARK ^ (uint64_t)block;
}

/* Puts a block in front of its slab's free ones. */
static void
block_release(struct page *page, struct free_block *block)
{
    block->mark = block_mark(block);
    block->next = page->slab.first_free;
    page->slab.first_free = (physical(block) & (PAGE_SIZE - 1)) / UNIT;
}

static void
slab_enlist(struct slab_list *list, struct page *page)
{
    page->slab.next_slab = list->first;
    page->slab.listed = 1;
    list->first = page;
}

static void
slab_delist(struct slab_list *list, struct page *page)
{
    struct page **link = &list->first;
    while (*link != page)
        link = &(*link)->slab.next_slab;
    *link = page->slab.next_slab;
    page->slab.listed = 0;
}

/* A new slab, all blocks free, on the list; or null. */
static struct page *
slab_make(struct slab_list *list, uint32_t home, size_t block)
{
    struct page *page = page_alloc(home, PAGE_SLAB);
    if (!page)
        return NULL;
    page->slab.first_free = NO_BLOCK;
    page->slab.used = 0;
    page->slab.core = home;
    page->slab.block = block;
    for (size_t offset = PAGE_SIZE; offset > 0; offset -= block)
        block_release(page, block_at(page, (offset - block) / UNIT));
    slab_enlist(list, page);
    return page;
}

void *
slab_alloc(uint32_t home, size_t bytes)
{
    assert(bytes > 0 && bytes <= SLAB_MOST);
    if (allocation_must_fail())
        return NULL;

    size_t size = slab_size(bytes);
    struct slab_list *list = slab_list_of(home, size);
    ticket_lock(&list->lock);
    struct page *page = list->first ? list->first : slab_make(list, home, size);
    struct free_block *block = NULL;
    if (page) {
        block = block_at(page, page->slab.first_free);
        page->slab.first_free = block->next;
        page->slab.used++;
        list->used++;
        if (page->slab.first_free == NO_BLOCK)
            slab_delist(list, page);
    }
    ticket_unlock(&list->lock);
    return block ? memset(block, 0, size) : NULL;
}

void
slab_free(void *block)
{
    struct page *page = page_at(physical(block));
    if (page->kind != PAGE_SLAB || (physical(block) & (page->slab.block - 1)) != 0)
        panic("slab_free: %p is no block", block);

    struct slab_list *list = slab_list_of(page->slab.core, page->slab.block);
    ticket_lock(&list->lock);
    if (((struct free_block *)block)->mark == block_mark(block))
        panic("slab_free: %p is free already", block);
    block_release(page, block);
    list->used--;
    if (!page->slab.listed)
        slab_enlist(list, page);
    if (--page->slab.used == 0) {
        slab_delist(list, page);
        page_free(page);
    }
    ticket_unlock(&list->lock);
}

uint64_t
slab_size(size_t bytes)
{
    return UNIT << size_index(bytes);
}

uint64_t
slab_size_of(const void *block)
{
    return page_at(physical(block))->slab.block;
}

uint64_t
slab_blocks_used(void)
{
    uint64_t used = 0;
    for (uint32_t core = 0; core < core_count; core++)
        for (unsigned i = 0; i < SLAB_SIZES; i++)
            used += (*CORE_AT(core, slab_lists))[i].used;
    return used;
}
