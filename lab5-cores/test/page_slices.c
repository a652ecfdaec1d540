/* Tests of memory dealt out to many cores. */
#include "page_slices.h"

#include "core.h"
#include "core_test.h"
#include "machine.h"
#include "page.h"
#include "test.h"

/* Each core has one piece of memory, and the pieces are alike in free pages. */
TEST(page_slices_equal)
{
    uint32_t last = 0;
    check(core_count > 1);
    for (uint64_t frame = 0; frame < page_limit; frame++) {
        const struct page *page = &page_table_all[frame];
        if (page->kind == PAGE_ABSENT)
            continue;
        check(page->home == last || page->home == last + 1);
        check_equal(page->home, page_home(frame));
        last = page->home;
    }
    check_equal(core_count - 1, last);
    for (uint32_t i = 0; i < core_count; i++) {
        if (i > 0) { /* later start-up steps have taken pages of core 0, and a few of each core */
            uint64_t count = page_list_of(i)->count, share = page_list_of(core_count - 1)->count;
            check(count + 16 > share && count < share + 16);
            check(page_list_of(0)->count < share + 16);
        }
        for (const struct page *page = page_list_of(i)->first; page != NULL; page = page->next) {
            check_equal(PAGE_FREE, page->kind);
            check_equal(i, page->home);
        }
    }
}

#define ROUNDS 300
#define HELD   100

/* All cores take from all lists and give back what others took: the way of a page home is never lost. */
static struct page *held[CORE_MAX][HELD];

static uint64_t
next_random(uint64_t *state)
{
    *state = *state * 6364136223846793005 + 1442695040888963407; /* Knuth, TAOCP vol. 2, 3.3.4 */
    return *state >> 33;
}

static void
take_and_give(uint32_t index, __attribute__((unused)) void *argument)
{
    uint64_t random = index + 1, start = clock_ticks();
    for (unsigned i = 0; i < ROUNDS * HELD && test_has_time(start); i++) {
        struct page **slot = &held[index][next_random(&random) % HELD];
        if (*slot == NULL) {
            *slot = page_alloc((uint32_t)(next_random(&random) % core_count), PAGE_DATA);
            if (*slot != NULL)
                *(uint64_t *)page_bytes(*slot) = (uint64_t)index << 32 | i;
            continue;
        }
        check_equal(index, *(uint64_t *)page_bytes(*slot) >> 32); /* it was ours alone */
        page_free(*slot);
        *slot = NULL;
    }
    for (unsigned i = 0; i < HELD; i++)
        if (held[index][i] != NULL)
            page_free(held[index][i]);
}

TEST(page_slices_contended)
{
    uint64_t before = page_free_count();
    check(core_count > 1);
    test_on_all(take_and_give, NULL);
    check_no_leak(before, page_free_count());
}

/* As many as there are come to all cores together, each page to one, in a machine that is much too small for them. */
static uint64_t taken[CORE_MAX];

static void
take_all(uint32_t index, void *chains)
{
    struct page **chain = &((struct page **)chains)[index], *page;
    while ((page = page_alloc(index, PAGE_DATA)) != NULL) {
        page->next = *chain;
        *chain = page;
        taken[index]++;
    }
}

TEST(page_slices_stolen_empty)
{
    static struct page *chains[CORE_MAX];
    uint64_t before = page_free_count(), sum = 0;
    check(core_count > 1);
    test_on_all(take_all, chains);
    check_equal(0, page_free_count());
    for (uint32_t i = 0; i < core_count; i++) {
        sum += taken[i];
        while (chains[i] != NULL) {
            struct page *page = chains[i];
            chains[i] = page->next;
            page_free(page);
        }
    }
    check_equal(before, sum);
    check_no_leak(before, page_free_count());
    for (uint32_t i = 0; i < core_count; i++)
        for (const struct page *page = page_list_of(i)->first; page != NULL; page = page->next)
            check_equal(i, page->home);
}
