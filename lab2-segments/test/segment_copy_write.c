/* Exercise 2.4: copy on write. */
#include "core.h"
#include "segment_test.h"

#define LARGE ((64ul << 20) / PAGE_SIZE)

static struct segment *
make_marked(uint64_t pages, uint64_t step)
{
    struct segment *segment = segment_make(pages);
    for (uint64_t i = 0; i < pages; i += step)
        page_mark(segment, i, i + 1);
    return segment;
}

static uint64_t
pages_of(enum page_kind kind)
{
    uint64_t count = 0;
    for (uint64_t frame = 0; frame < page_limit; frame++)
        count += page_table_all[frame].kind == kind;
    return count;
}

/* A copy of 64 MiB takes no page at all; writing one page takes that page and its path, and no more. */
TEST(segment_copy_write_takes_path)
{
    struct books before = books_take();
    struct segment *from = make_marked(LARGE, 1);
    uint64_t data_pages = pages_of(PAGE_DATA), nodes = pages_of(PAGE_NODE);
    struct segment *copy = segment_copied(from, COPY_ON_WRITE);
    check_equal(data_pages, pages_of(PAGE_DATA));
    check_equal(nodes, pages_of(PAGE_NODE));
    check_equal(LARGE, copy->pages_held);
    check_equal(from->nodes_held, copy->nodes_held);

    uint64_t free_pages = page_free_count();
    page_mark(copy, 5000, 1);
    check_equal(free_pages - 1 - copy->height, page_free_count());
    page_mark(copy, 5001, 1); /* its path is the copy's own by now */
    check_equal(free_pages - 2 - copy->height, page_free_count());
    check_equal(LARGE, copy->pages_held);
    check_held(from);
    check_held(copy);
    segment_give(from);
    segment_give(copy);
    check_books(before);
}

TEST(segment_copy_write_copy_apart)
{
    struct segment *from = make_marked(1100, 10);
    struct segment *copy = segment_copied(from, COPY_ON_WRITE);
    for (uint64_t i = 0; i < 1100; i += 20)
        page_mark(copy, i, 9000 + i);
    page_mark(copy, 5, 77); /* a page that neither had */
    for (uint64_t i = 0; i < 1100; i += 10) {
        check_equal(i + 1, page_seen(from, i));
        check_equal(i % 20 ? i + 1 : 9000 + i, page_seen(copy, i));
    }
    check_equal(0, page_seen(from, 5));
}

/* "Only the copy needs protection": S2 holds for both sides. */
TEST(segment_copy_write_source_apart)
{
    struct segment *from = make_marked(1100, 10);
    struct segment *copy = segment_copied(from, COPY_ON_WRITE);
    for (uint64_t i = 0; i < 1100; i += 20)
        page_mark(from, i, 9000 + i);
    page_mark(from, 5, 77);
    for (uint64_t i = 0; i < 1100; i += 10) {
        check_equal(i + 1, page_seen(copy, i));
        check_equal(i % 20 ? i + 1 : 9000 + i, page_seen(from, i));
    }
    check_equal(0, page_seen(copy, 5));
}

/* A segment of one page has no node: the root is the page. */
TEST(segment_copy_write_one_page)
{
    struct books before = books_take();
    struct segment *from = make_marked(1, 1);
    struct segment *copy = segment_copied(from, COPY_ON_WRITE);
    check_equal(page_there(from, 0), page_there(copy, 0));
    page_mark(from, 0, 2);
    check_equal(1, page_seen(copy, 0));
    page_mark(copy, 0, 3);
    check_equal(2, page_seen(from, 0));
    segment_give(from);
    segment_give(copy);
    check_books(before);
}

/* "The last owner copies again": once the other side has its own page, this one keeps its frame. */
TEST(segment_copy_write_last_owner_keeps)
{
    struct segment *from = make_marked(600, 1);
    struct segment *copy = segment_copied(from, COPY_ON_WRITE);
    struct page *frame = page_there(from, 300);
    check_equal(301, page_seen(copy, 300));
    page_mark(copy, 300, 9);
    check(page_there(copy, 300) != frame);
    page_mark(from, 300, 8);
    check_equal(frame, page_there(from, 300));

    frame = page_there(from, 301);
    segment_give(copy);
    struct books before = books_take();
    page_mark(from, 301, 7);
    check_equal(frame, page_there(from, 301));

    /* The same, with no lookup before that might have seen that there is nothing to do. */
    struct page *root = from->root;
    node_entry_t *entry;
    queue_lock(&from->object.lock);
    check_equal(0, segment_own_node(from, NULL, from->height));
    check_equal(root, from->root);
    check_equal(0, segment_own_path(from, 301, &entry));
    check_equal(0, segment_own_page(from, entry));
    check_equal(frame, page_at(*entry));
    queue_unlock(&from->object.lock);
    check_books(before);
}

TEST(segment_copy_write_read_shares)
{
    struct segment *from = make_marked(600, 3);
    struct segment *copy = segment_copied(from, COPY_ON_WRITE);
    uint64_t free_pages = page_free_count();
    for (uint64_t i = 0; i < 600; i += 3)
        check_equal(i + 1, page_seen(copy, i));
    check_equal(free_pages, page_free_count());
    check_equal(page_there(from, 300), page_there(copy, 300));
}

/* The k-th allocation fails, first in the copy, then in the write that breaks it. */
TEST(segment_copy_write_fails_clean)
{
    struct segment *from = make_marked(2000, 100), *copy = NULL;
    struct books before = books_take();
    struct page *page;
    int error;
    uint64_t k = 0;
    do {
        allocation_fail_at(core_index(), ++k);
        error = segment_copy(from, COPY_ON_WRITE, NULL, core_index(), "copy", &copy);
        allocation_fail_at(core_index(), 0);
        if (error) {
            check_equal(E_NOMEM, error);
            check_books(before);
            continue;
        }
        for (uint64_t j = 1; error == 0 && j <= 4; j++) {
            allocation_fail_at(core_index(), 1);
            check_equal(E_NOMEM, page_touch(copy, 500, ACCESS_WRITE, &page));
            check_equal(501, page_seen(copy, 500));
            allocation_fail_at(core_index(), 2);
            int written = page_touch(copy, 500, ACCESS_WRITE, &page);
            allocation_fail_at(core_index(), 0);
            check_held(copy);
            if (written == 0)
                break;
        }
        segment_give(copy);
    } while (error);
    check_books(before);
    for (uint64_t i = 0; i < 2000; i += 100)
        check_equal(i + 1, page_seen(from, i));
}
