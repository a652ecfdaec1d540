/* Exercise 2.5: copy on reference. */
#include "core.h"
#include "segment_test.h"

static struct segment *
make_marked(uint64_t pages)
{
    struct segment *segment = segment_make(pages);
    for (uint64_t i = 0; i < pages; i++)
        page_mark(segment, i, i + 1);
    return segment;
}

/* "Copy on write renamed": a read shares the page. Here the copy's read takes a page of its own. */
TEST(segment_copy_reference_read_moves)
{
    struct books before = books_take();
    struct segment *from = make_marked(700);
    struct segment *copy = segment_copied(from, COPY_ON_REFERENCE);
    uint64_t free_pages = page_free_count();
    check_equal(601, page_seen(copy, 600));
    check(page_there(copy, 600) != page_there(from, 600));
    check_equal(free_pages - 1 - copy->height, page_free_count());
    check_equal(page_there(from, 601), page_there(copy, 601)); /* not touched yet */
    check_held(copy);
    segment_give(from);
    segment_give(copy);
    check_books(before);
}

/* What the copy is for: its pages come near the core that asked for it. */
TEST(segment_copy_reference_comes_home)
{
    uint32_t other = core_with_pages(8);
    struct segment *from = make_marked(700), *copy;
    check_equal(0, segment_copy(from, COPY_ON_REFERENCE, NULL, other, "copy", &copy));
    check_equal(0, page_there(copy, 600)->home);
    check_equal(601, page_seen(copy, 600));
    check_equal(other, page_there(copy, 600)->home);
    check_equal(0, page_there(from, 600)->home);
}

TEST(segment_copy_reference_source_stays)
{
    struct segment *from = make_marked(700);
    struct page *frame = page_there(from, 600);
    struct segment *copy = segment_copied(from, COPY_ON_REFERENCE);
    uint64_t free_pages = page_free_count();
    check_equal(601, page_seen(from, 600));
    check_equal(frame, page_there(from, 600));
    check_equal(free_pages, page_free_count());
    page_mark(from, 600, 5);
    check_equal(601, page_seen(copy, 600));
    check_equal(603, page_seen(copy, 602));
    page_mark(copy, 601, 6);
    check_equal(602, page_seen(from, 601));
}

/* A page that is the copy's own already, by an earlier touch or because the source is gone, is not moved again. */
TEST(segment_copy_reference_own_stays)
{
    struct segment *from = make_marked(700);
    struct segment *copy = segment_copied(from, COPY_ON_REFERENCE);
    check_equal(601, page_seen(copy, 600));
    struct page *frame = page_there(copy, 600), *left = page_there(copy, 10);
    check_equal(601, page_seen(copy, 600));
    check_equal(frame, page_there(copy, 600));
    segment_give(from);
    uint64_t free_pages = books_take().free_pages;
    check_equal(11, page_seen(copy, 10));
    check_equal(left, page_there(copy, 10));
    check_equal(free_pages, page_free_count());
}

TEST(segment_copy_reference_missing_zero)
{
    struct segment *from = segment_make(700);
    page_mark(from, 0, 1);
    struct segment *copy = segment_copied(from, COPY_ON_REFERENCE);
    check_equal(0, page_seen(copy, 600));
    check(page_there(from, 600) == NULL);
    page_mark(from, 600, 4);
    check_equal(0, page_seen(copy, 600));
}
