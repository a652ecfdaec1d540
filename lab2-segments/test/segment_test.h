/* What the tests of segments share: making, marking and looking at pages, and the books of memory.
 *
 * A page is marked by its first word. All functions take the segment's lock themselves. */
#ifndef COREY_SEGMENT_TEST_H
#define COREY_SEGMENT_TEST_H

#include "segment.h"
#include "slab.h"
#include "test.h"

/* What is in use now, once limbo is empty. */
struct books {
    uint64_t free_pages, blocks;
};
struct books books_take(void);

/* Everything that was taken since `before` has come back. */
#define check_books(before)                                                                                  \
    do {                                                                                                     \
        struct books after = books_take();                                                                   \
        check_no_leak((before).free_pages, after.free_pages);                                                \
        check_no_leak((before).blocks, after.blocks);                                                        \
    } while (0)

/* A segment of this size, charged to nobody, nothing in it yet. */
struct segment *segment_make(uint64_t pages);

/* A copy; the test fails when there is an error. */
struct segment *segment_copied(struct segment *from, enum copy_mode mode);

void segment_give(struct segment *segment);

/* A second core (test_add_core), in ring 3, with `pages` pages of its own, which core 0 has given up. Its index. */
uint32_t core_with_pages(uint64_t pages);

/* segment_page under the lock. */
int page_touch(struct segment *segment, uint64_t index, enum access access, struct page **out);

/* Writes and reads the page's mark; the page must be there for the asking. */
void page_mark(struct segment *segment, uint64_t index, uint64_t mark);
uint64_t page_seen(struct segment *segment, uint64_t index);

/* The page at an index, or null; touches nothing. */
struct page *page_there(struct segment *segment, uint64_t index);

/* Walks the whole tree: pages_held and nodes_held are what is there, and every count is at least 1. */
void check_held(const struct segment *segment);

#endif
