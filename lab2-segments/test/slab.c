/* Slabs (given): blocks are whole, apart, zeroed, and come back. */
#include "slab.h"

#include "core.h"
#include "page.h"
#include "paging.h"
#include "segment_test.h"
#include "string.h"

#define BLOCKS 500

static unsigned char *blocks[BLOCKS];

static void
shuffle(void)
{
    for (unsigned i = BLOCKS - 1; i > 0; i--) {
        unsigned j = test_random() % (i + 1);
        unsigned char *other = blocks[j];
        blocks[j] = blocks[i];
        blocks[i] = other;
    }
}

TEST(slab_pages_come_back)
{
    struct books before = books_take();
    for (size_t size = 64; size <= SLAB_MOST; size *= 2) {
        for (unsigned i = 0; i < BLOCKS; i++)
            check((blocks[i] = slab_alloc(core_index(), size)) != NULL);
        shuffle();
        for (unsigned i = 0; i < BLOCKS; i++)
            slab_free(blocks[i]);
        check_books(before);
    }
}

/* Each block is filled with a number of its own, a third is freed and taken again: zeroed, and nobody else's. */
TEST(slab_blocks_apart)
{
    for (unsigned i = 0; i < BLOCKS; i++) {
        check((blocks[i] = slab_alloc(core_index(), 200)) != NULL);
        check_equal(256, slab_size_of(blocks[i]));
        memset(blocks[i], i % 251 + 1, 256);
    }
    for (unsigned i = 0; i < BLOCKS; i += 3) {
        slab_free(blocks[i]);
        check((blocks[i] = slab_alloc(core_index(), 256)) != NULL);
        for (unsigned at = 0; at < 256; at++)
            check_equal(0, blocks[i][at]);
        memset(blocks[i], i % 251 + 1, 256);
    }
    for (unsigned i = 0; i < BLOCKS; i++)
        for (unsigned at = 0; at < 256; at++)
            check_equal(i % 251 + 1, blocks[i][at]);
}

/* A block lies in its home's memory, whoever asks for it, and goes back there, whoever frees it; also one in a page
 * that its home had to steal. */
TEST(slab_home)
{
    uint32_t other = core_with_pages(1);
    struct books before = books_take();
    void *block = slab_alloc(other, 64);
    check(block != NULL);
    check_equal(other, page_at(physical(block))->home);
    void *stolen = slab_alloc(other, 128); /* no page is left there */
    check_equal(0, page_at(physical(stolen))->home);
    void *more = slab_alloc(other, 128);
    check_equal(page_at(physical(stolen)), page_at(physical(more)));
    slab_free(stolen);
    slab_free(more);
    uint64_t count = page_list_of(other)->count;
    slab_free(block);
    check_equal(count + 1, page_list_of(other)->count);

    block = slab_alloc(0, 2048);
    test_as_core(other);
    slab_free(block);
    test_as_core(0);
    check_equal(count + 1, page_list_of(other)->count);
    check_books(before);
}

static void
free_block(void *block)
{
    slab_free(block);
}

TEST(slab_double_free_panics)
{
    void *kept = slab_alloc(core_index(), 64), *block = slab_alloc(core_index(), 64);
    check(kept && block);
    slab_free(block);
    check(test_panics(free_block, block));
}

TEST(slab_free_of_no_block_panics)
{
    char *block = slab_alloc(core_index(), 128);
    check(test_panics(free_block, block + 64));
    struct page *page = page_alloc(core_index(), PAGE_DATA);
    check(test_panics(free_block, page_bytes(page)));
}

TEST(slab_fails_clean)
{
    struct books before = books_take();
    for (uint64_t k = 1; k <= 2; k++) { /* the block, and the slab's page */
        allocation_fail_at(core_index(), k);
        check(slab_alloc(core_index(), SLAB_MOST) == NULL);
        allocation_fail_at(core_index(), 0);
        check_books(before);
    }
}
