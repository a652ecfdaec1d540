/* Tests of 1.3 and of what stands on it. P1 to P3 are those of page.h. */
#include "core.h"
#include "page.h"
#include "panic.h"
#include "paging.h"
#include "string.h"
#include "test.h"
#include "trap.h"

static uint64_t
list_count(uint32_t home)
{
    return page_list_of(home)->count;
}

/* P2: a page goes home, whoever frees it. */
TEST(page_free_home)
{
    uint32_t other = test_add_core();
    struct page *ours = page_alloc(0, PAGE_DATA);
    check(ours != NULL);
    check_equal(0, ours->home);
    uint64_t own = list_count(0);
    check_equal(0, list_count(other));

    test_as_core(other);
    page_free(ours); /* freed by the other core, of our memory */
    test_as_core(0);
    check_kept("P2", own + 1, list_count(0));
    check_kept("P2", 0, list_count(other));
    check_kept("P2", 0, ours->home);

    struct page *theirs = page_alloc(0, PAGE_DATA);
    theirs->home = (uint16_t)other; /* as if lab 5 had dealt it out so */
    page_free(theirs);
    check_kept("P2", 1, list_count(other));
    check_kept("P2", own, list_count(0));
    check(page_alloc(other, PAGE_DATA) == theirs);
}

/* A core's list is empty: no page comes off it, though others have some. */
TEST(page_alloc_home)
{
    uint32_t other = test_add_core();
    uint64_t own = list_count(0);
    check(page_list_take(other) == NULL);
    check_equal(own, list_count(0));
    test_as_core(other);
    struct page *page = page_alloc(0, PAGE_DATA);
    test_as_core(0);
    check(page != NULL);
    check_equal(own - 1, list_count(0));
}

static void
give(void *page)
{
    page_list_give(page);
}

/* P1: a page cannot be on a list twice, wherever it stands there. */
TEST(page_free_twice)
{
    struct page *page = page_alloc(0, PAGE_DATA), *above = page_alloc(0, PAGE_DATA);
    uint64_t before = list_count(0);
    page_free(page);
    check_equal(PAGE_FREE, page->kind);
    page_free(above);
    bool panics = test_panics(give, page);
    check_kept("P1", before + 2, list_count(0));
    check(panics);
}

/* Every page once, then none; and all come back. */
TEST(page_list_exhausted)
{
    uint64_t before = list_count(0), taken = 0;
    struct page *chain = NULL, *page;
    check(before > 0);
    check_equal(before, page_free_count());
    while ((page = page_list_take(0)) != NULL) {
        check_equal(PAGE_FREE, page->kind);
        page->kind = PAGE_DATA; /* one that came a second time would not be free */
        page->next = chain;
        chain = page;
        taken++;
    }
    check_kept("P1", before, taken);
    check_equal(0, list_count(0));
    check(page_list_take(0) == NULL);
    check(page_alloc(0, PAGE_DATA) == NULL);
    while (chain != NULL) {
        page = chain;
        chain = page->next;
        page_list_give(page);
    }
    check_no_leak(before, page_free_count());
}

/* Makes `pages` pages of core 0 the other's, on its list. */
static void
pages_move(uint32_t other, uint64_t pages)
{
    while (pages-- > 0) {
        struct page *page = page_alloc(0, PAGE_DATA);
        page->home = (uint16_t)other;
        page_free(page);
    }
}

/* A core with an empty list takes half of its neighbour's, and what it took goes home when it is freed. */
TEST(page_steal_half)
{
    uint32_t poor = test_add_core(), rich = test_add_core();
    pages_move(rich, 3);
    uint64_t own = list_count(0), all = page_free_count();
    struct page *page = page_alloc(poor, PAGE_DATA);
    check(page != NULL);
    check_equal(rich, page->home);
    check_equal(1, list_count(poor));
    check_equal(1, list_count(rich));
    check_equal(own, list_count(0));
    page_free(page);
    check_equal(2, list_count(rich));
    check_no_leak(all, page_free_count());
}

/* No more than a batch, and from whoever has any: the last core's neighbour is the first. */
TEST(page_steal_batch)
{
    uint32_t poor = test_add_core(), last = test_add_core();
    uint64_t own = list_count(0);
    struct page *page = page_alloc(last, PAGE_DATA), *next = page_alloc(poor, PAGE_DATA);
    check_equal(0, page->home);
    check_equal(own - 64, list_count(0));
    check_equal(0, next->home);
    check_equal(31, list_count(last)); /* of 63 */
    check_equal(31, list_count(poor));
    page_free(page);
    page_free(next);
    check_equal(own - 62, list_count(0));
    check_no_leak(own, page_free_count());
}

/* Whoever asks gets every page there is, each once, and then none. */
TEST(page_steal_all)
{
    uint32_t other = test_add_core();
    pages_move(other, 100);
    uint64_t before = page_free_count(), taken = 0;
    struct page *chain = NULL, *page;
    while ((page = page_alloc(taken % 3 == 0 ? 0 : other, PAGE_DATA)) != NULL) {
        page->next = chain;
        chain = page;
        taken++;
    }
    check_equal(before, taken);
    check_equal(0, page_free_count());
    check(page_alloc(0, PAGE_DATA) == NULL);
    while (chain != NULL) {
        page = chain;
        chain = page->next;
        page_free(page);
    }
    check_equal(100, list_count(other));
    check_no_leak(before, page_free_count());
}

/* A failure that was asked for is one, whatever others have. */
TEST(page_steal_fails_on_demand)
{
    uint32_t poor = test_add_core();
    uint64_t own = list_count(0);
    allocation_fail_at(0, 1);
    check(page_alloc(poor, PAGE_DATA) == NULL);
    check_equal(own, list_count(0));
}

TEST(page_deal_again)
{
    pages_move(test_add_core(), 10);
    uint64_t before = page_free_count(), on_list = 0;
    page_lists_empty();
    page_deal(0, page_limit); /* which, before lab 5 has made slices, knows of one core */
    check_equal(before, list_count(0));
    for (struct page *page = page_list_of(0)->first; page != NULL; page = page->next, on_list++)
        check_equal(PAGE_FREE, page->kind);
    check_equal(before, on_list);
}

TEST(page_alloc_low)
{
    uint64_t before = page_free_count();
    struct page *page = page_alloc_below(1ul << 20, PAGE_DATA);
    check(page != NULL);
    check(page_address(page) < 1ul << 20);
    check_equal(before - 1, page_free_count());
    check(page_alloc_below(PAGE_SIZE, PAGE_DATA) == NULL); /* nobody's: the firmware's vectors */
    page_free(page);
    check_no_leak(before, page_free_count());
}

TEST(page_alloc_zeroed)
{
    static const uint8_t zeros[PAGE_SIZE];
    struct page *page = page_alloc(0, PAGE_DATA);
    memset(page_bytes(page), 0xff, PAGE_SIZE);
    page_free(page);
    struct page *zeroed = page_alloc_zeroed(0, PAGE_NODE);
    check_equal(0, memcmp(page_bytes(zeroed), zeros, PAGE_SIZE));
    check_equal(PAGE_NODE, zeroed->kind);
    check_equal(1, zeroed->references);
}

static void
drop_referenced(void *page)
{
    page_free(page);
}

TEST(page_references)
{
    struct page *page = page_alloc(0, PAGE_DATA);
    page_hold(page);
    check_equal(2, page->references);
    check(test_panics(drop_referenced, page)); /* somebody else still holds it */
    check(!page_drop(page));
    check(page_drop(page));
    page_free(page);
}

TEST(page_free_later)
{
    uint64_t before = page_free_count();
    struct page *page = page_alloc(0, PAGE_DATA);
    page_free_later(page, NULL);
    check_equal(PAGE_DATA, page->kind); /* somebody may be reading it */
    check_equal(before - 1, page_free_count());
    test_cross();
    check_no_leak(before, page_free_count());
}

TEST(page_alloc_fails_on_demand)
{
    uint64_t before = page_free_count();
    allocation_fail_at(0, 3);
    struct page *first = page_alloc(0, PAGE_DATA), *second = page_alloc(0, PAGE_DATA);
    check(first != NULL && second != NULL);
    check(page_alloc(0, PAGE_DATA) == NULL);
    struct page *fourth = page_alloc(0, PAGE_DATA);
    check(fourth != NULL);
    page_free(first);
    page_free(second);
    page_free(fourth);
    check_no_leak(before, page_free_count());
}

static void
add_again(void *page)
{
    page_add(physical(page_bytes(page)) >> PAGE_SHIFT);
}

/* P3: a frame is added once, and what the kernel has taken not at all. */
TEST(page_add_twice)
{
    struct page *page = page_alloc(0, PAGE_DATA);
    check(test_panics(add_again, page));
    page_free(page);
    check(test_panics(add_again, page));
    check(test_panics(add_again, page_at(physical(kernel_start))));
}

static void
add_frame(void *frame)
{
    page_add((uint64_t)frame);
}

/* No frame beyond the machine's memory is looked up: it has no descriptor. */
TEST(page_add_beyond)
{
    check(test_panics(add_frame, (void *)page_limit));
    check_values("mismatch", "rip of a fault on the way", 0, panic_caught.rip);
    check(test_panics(add_frame, (void *)(1ul << 40)));
    check_values("mismatch", "rip of a fault on the way", 0, panic_caught.rip);
}
