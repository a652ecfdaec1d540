/* Exercise 2.1: page lookup and demand zero. */
#include "core.h"
#include "segment_test.h"
#include "string.h"

/* Fills every free page of this core with bytes that are not zero, as an earlier owner could have left them. */
static void
memory_soil(void)
{
    struct page *taken = NULL, *page;
    while ((page = page_alloc(core_index(), PAGE_DATA)) != NULL) {
        memset(page_bytes(page), 0xa5, PAGE_SIZE);
        page->account = (void *)taken; /* a list of our own; the field is unused out of limbo */
        taken = page;
    }
    while ((page = taken) != NULL) {
        taken = (void *)page->account;
        page->account = NULL;
        page_free(page);
    }
}

static void
check_zeros(struct segment *segment, uint64_t index, enum access access)
{
    struct page *page = NULL;
    check_equal(0, page_touch(segment, index, access, &page));
    check(page != NULL);
    const uint64_t *words = page_bytes(page);
    for (size_t i = 0; i < PAGE_SIZE / sizeof *words; i++)
        check_equal(0, words[i]);
}

/* S5: "zeroed once is zero for ever" shows the bytes of whoever had the page before. */
TEST(segment_reused_page_zero)
{
    memory_soil();
    struct segment *segment = segment_make(600);
    for (uint64_t i = 0; i < 600; i += 7)
        check_zeros(segment, i, i % 2 ? ACCESS_READ : ACCESS_WRITE);
}

/* Every height, ends and middles: each page is itself, whatever else is there. */
TEST(segment_heights)
{
    struct books before = books_take();
    static const uint64_t at[] = {0,
                                  1,
                                  511,
                                  512,
                                  513,
                                  1ul << 18,
                                  (1ul << 18) - 1,
                                  1ul << 27,
                                  (1ul << 27) + 512,
                                  (1ul << 34) + 12345,
                                  (1ul << 35) - 1};
    struct segment *segment = segment_make(SEGMENT_PAGES_MOST);
    for (size_t i = 0; i < ARRAY_LENGTH(at); i++)
        page_mark(segment, at[i], i + 1);
    for (size_t i = 0; i < ARRAY_LENGTH(at); i++)
        check_equal(i + 1, page_seen(segment, at[i]));
    check_equal(4, segment->height);
    check_equal(ARRAY_LENGTH(at), segment->pages_held);
    check_held(segment);
    segment_give(segment);
    check_books(before);
}

/* A segment of one page is that page; the tree grows only as far as it is touched. */
TEST(segment_takes_no_more)
{
    struct segment *segment = segment_make(SEGMENT_PAGES_MOST);
    struct books before = books_take();
    page_mark(segment, 0, 1);
    check_equal(before.free_pages - 1, page_free_count());
    check_equal(0, segment->nodes_held);
    page_mark(segment, 511, 2);
    check_equal(before.free_pages - 3, page_free_count());
    check_equal(1, segment->nodes_held);
}

TEST(segment_page_stays)
{
    struct segment *segment = segment_make(1000);
    struct page *first = NULL, *again = NULL;
    check_equal(0, page_touch(segment, 700, ACCESS_READ, &first));
    check(first != NULL);
    uint64_t free_pages = page_free_count();
    check_equal(0, page_touch(segment, 700, ACCESS_WRITE, &again));
    check_equal(first, again);
    check_equal(0, page_touch(segment, 700, ACCESS_READ, &again));
    check_equal(first, again);
    check_equal(free_pages, page_free_count());
}

/* What others may be looking at is freed when they have crossed, not before: a page of a public segment, and one of a
 * private segment that a copy shows as well. */
static void
check_waits(struct segment *segment)
{
    uint32_t other = core_count - 1;
    page_mark(segment, 0, 1);
    uint64_t free_pages = page_free_count();
    CORE_AT(other, core_words)->where = CORE_KERNEL;
    check_equal(0, segment_set_pages(segment, 0));
    test_cross();
    check_equal(free_pages, page_free_count());
    CORE_AT(other, core_words)->where = WHERE_CROSSING + CORE_RING3;
    test_cross();
    check_equal(free_pages + 1, page_free_count());
}

TEST(segment_page_waits_for_others)
{
    core_with_pages(0);
    struct segment *segment = segment_make(1), *copied = segment_make(1);
    object_publish(&segment->object);
    check_waits(segment);
    segment_copied(copied, COPY_ON_WRITE);
    check_waits(copied);
}

TEST(segment_page_limits)
{
    struct segment *segment = segment_make(3);
    struct page *page = NULL;
    uint64_t free_pages = page_free_count();
    check_equal(E_INVAL, page_touch(segment, 3, ACCESS_READ, &page));
    check_equal(E_INVAL, page_touch(segment, ~0ul, ACCESS_WRITE, &page));
    segment->flags |= SEGMENT_READ_ONLY;
    check_equal(E_PERM, page_touch(segment, 0, ACCESS_WRITE, &page));
    check(page == NULL);
    check_equal(free_pages, page_free_count());
    check_equal(0, page_touch(segment, 2, ACCESS_READ, &page));
}

/* Each allocation on the way fails once: an error, true books, nothing leaked. */
TEST(segment_page_fails_clean)
{
    struct books before = books_take();
    uint64_t k = 0;
    int error;
    do {
        struct segment *segment = segment_make(SEGMENT_PAGES_MOST);
        page_mark(segment, 0, 7);
        struct page *page;
        allocation_fail_at(core_index(), ++k);
        error = page_touch(segment, 1ul << 30, ACCESS_WRITE, &page);
        allocation_fail_at(core_index(), 0);
        check(error == 0 || error == E_NOMEM);
        check(error == 0 || page_there(segment, 1ul << 30) == NULL);
        check_equal(7, page_seen(segment, 0));
        check_held(segment);
        segment_give(segment);
        check_books(before);
    } while (error);
    check(k > SEGMENT_HEIGHT_MOST);
}

/* No order to this core waits for the end of a large segment. */
TEST(segment_end_crosses)
{
    struct books before = books_take();
    struct segment *segment = segment_make(3 * NODE_ENTRIES);
    struct page *page;
    for (uint64_t i = 0; i < segment->pages; i++)
        check_equal(0, page_touch(segment, i, ACCESS_WRITE, &page));
    uint64_t where = core_this()->where;
    segment_give(segment);
    check(core_this()->where >= where + 3 * WHERE_CROSSING);
    check_books(before);
}
