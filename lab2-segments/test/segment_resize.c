/* Exercise 2.2: resize. */
#include "core.h"
#include "segment_test.h"

TEST(segment_shrink_grow_zeros)
{
    struct segment *segment = segment_make(1500);
    for (uint64_t i = 0; i < 1500; i++)
        page_mark(segment, i, i + 1);
    check_equal(0, segment_set_pages(segment, 700));
    struct page *page;
    check_equal(E_INVAL, page_touch(segment, 700, ACCESS_READ, &page));
    check_equal(0, segment_set_pages(segment, 1500));
    for (uint64_t i = 0; i < 1500; i++)
        check_equal(i < 700 ? i + 1 : 0, page_seen(segment, i));
}

/* Shrinks step by step, over every kind of border, against a count of what must be left. */
TEST(segment_shrink_gives_back)
{
    static const uint64_t sizes[] = {
        (1ul << 27) + 5, 1ul << 27, (1ul << 18) + 513, 1ul << 18, 1025, 1024, 600, 512, 511, 2, 1, 0};
    struct books before = books_take();
    struct segment *segment = segment_make(1ul << 30);
    for (uint64_t i = 1; i <= 1ul << 29; i *= 2)
        page_mark(segment, i - 1, i);
    for (size_t s = 0; s < ARRAY_LENGTH(sizes); s++) {
        check_equal(0, segment_set_pages(segment, sizes[s]));
        uint64_t left = 0;
        for (uint64_t i = 1; i <= sizes[s]; i *= 2, left++)
            check_equal(i, page_seen(segment, i - 1));
        check_equal(left, segment->pages_held);
        check_held(segment);
        check(sizes[s] == 0 || segment->height == 0 || sizes[s] > tree_room(segment->height - 1));
    }
    check(segment->root == NULL);
    segment_give(segment);
    check_books(before);
}

/* A node that keeps its place but none of its pages goes, too. */
TEST(segment_shrink_drops_empty_nodes)
{
    struct segment *segment = segment_make(2000);
    page_mark(segment, 0, 1);
    page_mark(segment, 1000, 2);
    check_equal(3, segment->nodes_held);
    check_equal(0, segment_set_pages(segment, 800));
    check_equal(1, segment->pages_held);
    check_equal(2, segment->nodes_held);
    check_held(segment);
}

/* S3: what a copy still uses stays, and only the nodes on the border are cloned. */
TEST(segment_shrink_shared_clones_path)
{
    struct books before = books_take();
    struct segment *segment = segment_make(4 * 512);
    for (uint64_t i = 0; i < 4 * 512; i += 64)
        page_mark(segment, i, i + 1);
    struct segment *copy = segment_copied(segment, COPY_ON_WRITE);
    uint64_t free_pages = page_free_count();

    check_equal(0, segment_set_pages(segment, 512 + 100));
    check_equal(free_pages - 2, page_free_count()); /* the root, and the node of pages 512 to 1023 */
    check_equal(8 + 2, segment->pages_held);
    check_held(segment);
    check_held(copy);
    check_equal(0, segment_set_pages(segment, 4 * 512));
    for (uint64_t i = 0; i < 4 * 512; i += 64) {
        check_equal(i + 1, page_seen(copy, i));
        check_equal(i < 612 ? i + 1 : 0, page_seen(segment, i));
    }
    segment_give(copy);
    segment_give(segment);
    check_books(before);
}

/* The k-th clone fails: the size and every page are as before. */
TEST(segment_shrink_fails_whole)
{
    struct segment *segment = segment_make((1ul << 18) + 1000);
    for (uint64_t i = 0; i < 1000; i += 100) {
        page_mark(segment, i, i + 1);
        page_mark(segment, (1ul << 18) + i, i + 2);
    }
    struct segment *copy = segment_copied(segment, COPY_ON_WRITE);
    uint64_t k = 0;
    int error;
    do {
        allocation_fail_at(core_index(), ++k);
        error = segment_set_pages(segment, 700);
        allocation_fail_at(core_index(), 0);
        check(error == 0 || error == E_NOMEM);
        check_held(segment);
        for (uint64_t i = 0; error && i < 1000; i += 100) {
            check_equal(i + 1, page_seen(segment, i));
            check_equal(i + 2, page_seen(segment, (1ul << 18) + i));
        }
    } while (error && k < 10);
    check_equal(0, error);
    check(k > 1);
    check_equal(700, segment->pages);
    check_equal(902, page_seen(copy, (1ul << 18) + 900));
}

TEST(segment_resize_limits)
{
    struct segment *segment = segment_make(4);
    page_mark(segment, 3, 1);
    check_equal(E_INVAL, segment_set_pages(segment, SEGMENT_PAGES_MOST + 1));
    check_equal(4, segment->pages);
    uint64_t free_pages = page_free_count();
    check_equal(0, segment_set_pages(segment, SEGMENT_PAGES_MOST));
    check_equal(free_pages, page_free_count());
    segment->pinned_end = 4;
    check_equal(E_BUSY, segment_set_pages(segment, 3));
    segment->pinned_end = 0;
    segment->flags |= SEGMENT_READ_ONLY;
    check_equal(E_PERM, segment_set_pages(segment, 1));
    check_equal(1, page_seen(segment, 3));
}

#define MANY (3 * SEGMENT_BATCH)

/* A segment with every other page there: more than a few batches. */
static struct segment *
segment_large(void)
{
    struct segment *segment = segment_make(2 * MANY);
    for (uint64_t i = 0; i < MANY; i++)
        page_mark(segment, 2 * i, i + 1);
    return segment;
}

static uint64_t
crossings_since(uint64_t where)
{
    return (core_this()->where - where) / WHERE_CROSSING;
}

/* Nobody's grace period waits for more than a batch of pages; what stays, stays whole. */
TEST(segment_shrink_crosses)
{
    struct books before = books_take();
    struct segment *segment = segment_large(), *copy = segment_copied(segment, COPY_ON_WRITE);
    uint64_t where = core_this()->where;
    check_equal(0, segment_set_pages(copy, 101));
    check(crossings_since(where) >= 2);
    check_equal(101, copy->pages);
    check_equal(51, copy->pages_held);
    check_held(copy);
    where = core_this()->where;
    check_equal(0, segment_set_pages(segment, 2 * MANY - 2 * SEGMENT_BATCH));
    check_equal(0, crossings_since(where)); /* one batch: as ever */
    check_equal(MANY - SEGMENT_BATCH, segment->pages_held);
    for (uint64_t i = 0; i < MANY - SEGMENT_BATCH; i++)
        check_equal(i + 1, page_seen(segment, 2 * i));
    for (uint64_t i = 0; i < 51; i++)
        check_equal(i + 1, page_seen(copy, 2 * i));
    check_held(segment);
    segment_give(segment);
    segment_give(copy);
    check_books(before);
}

/* A program that is to end does not finish a long shrink: the segment is shorter, and whole. */
TEST(segment_shrink_halted)
{
    struct segment *segment = segment_large();
    core_order(core_index(), ORDER_HALT | core_this()->run << ORDER_RUN_SHIFT);
    check_equal(E_HALTED, segment_set_pages(segment, 0));
    check_equal(MANY - SEGMENT_BATCH, segment->pages_held);
    check(segment->pages > 2 * (MANY - SEGMENT_BATCH - 1) && segment->pages < 2 * MANY);
    check_held(segment);
}
