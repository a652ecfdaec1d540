/* Exercise 2.3: eager copy. */
#include "core.h"
#include "segment_test.h"
#include "string.h"

TEST(segment_copy_eager_apart)
{
    struct segment *from = segment_make(1200);
    for (uint64_t i = 0; i < 1200; i += 50)
        page_mark(from, i, i + 1);
    struct segment *copy = segment_copied(from, COPY_EAGER);
    check_equal(1200, copy->pages);
    for (uint64_t i = 0; i < 1200; i += 100) {
        page_mark(from, i, 5000 + i);
        page_mark(copy, i + 50, 9000 + i);
    }
    for (uint64_t i = 0; i < 1200; i += 100) {
        check_equal(5000 + i, page_seen(from, i));
        check_equal(i + 51, page_seen(from, i + 50));
        check_equal(i + 1, page_seen(copy, i));
        check_equal(9000 + i, page_seen(copy, i + 50));
    }
}

/* Whole pages, to the last byte, and only those that are there. */
TEST(segment_copy_eager_whole_pages)
{
    struct segment *from = segment_make(SEGMENT_PAGES_MOST);
    static const uint64_t at[] = {0, 511, 512, (1ul << 35) - 1};
    struct page *page, *copied;
    for (size_t i = 0; i < ARRAY_LENGTH(at); i++) {
        check_equal(0, page_touch(from, at[i], ACCESS_WRITE, &page));
        memset(page_bytes(page), i + 1, PAGE_SIZE);
    }
    struct segment *copy = segment_copied(from, COPY_EAGER);
    check_equal(ARRAY_LENGTH(at), copy->pages_held);
    check_held(copy);
    for (size_t i = 0; i < ARRAY_LENGTH(at); i++) {
        page = page_there(from, at[i]);
        copied = page_there(copy, at[i]);
        check(copied != NULL && copied != page);
        check_equal(0, memcmp(page_bytes(page), page_bytes(copied), PAGE_SIZE));
    }
}

/* "Returning the error is enough": the k-th allocation fails, for every k until none does. */
TEST(segment_copy_eager_undone)
{
    struct segment *from = segment_make(3000);
    for (uint64_t i = 0; i < 3000; i += 300)
        page_mark(from, i, i);
    struct books before = books_take();
    uint64_t k = 0;
    int error;
    struct segment *copy = NULL;
    do {
        allocation_fail_at(core_index(), ++k);
        error = segment_copy(from, COPY_EAGER, NULL, core_index(), "copy", &copy);
        allocation_fail_at(core_index(), 0);
        if (error) {
            check_equal(E_NOMEM, error);
            check(copy == NULL);
            check_books(before);
        }
    } while (error && k < 100);
    check_equal(0, error);
    check(k > 10);
    check_held(copy);
    segment_give(copy);
    check_books(before);
}

#define MANY (3 * SEGMENT_BATCH)

/* A long copy goes by batches, and crosses between them. When it fails in a later one, or the program is to end, all of
 * it is given back. */
TEST(segment_copy_eager_crosses)
{
    struct segment *from = segment_make(MANY), *copy;
    for (uint64_t i = 0; i < MANY; i++)
        page_mark(from, i, i + 1);
    struct books before = books_take();
    uint64_t where = core_this()->where;
    copy = segment_copied(from, COPY_EAGER);
    check_equal(2, (core_this()->where - where) / WHERE_CROSSING);
    check_equal(MANY, copy->pages_held);
    for (uint64_t i = 0; i < MANY; i++)
        check_equal(i + 1, page_seen(copy, i));
    segment_give(copy);
    check_books(before);

    allocation_fail_at(core_index(), MANY - 100);
    check_equal(E_NOMEM, segment_copy(from, COPY_EAGER, NULL, core_index(), "copy", &copy));
    check_books(before);
    core_order(core_index(), ORDER_HALT | core_this()->run << ORDER_RUN_SHIFT);
    check_equal(E_HALTED, segment_copy(from, COPY_EAGER, NULL, core_index(), "copy", &copy));
    check_books(before);
}
