/* 5.0: the lists of free pages (1.3) under four cores. P1 and P2 are those of page.h. */
#include "core.h"
#include "jostle.h"
#include "page.h"
#include "panic.h"

#define HOLDS  4
#define ROUNDS 400

static struct page *passed_on[8]; /* atomic: pages on their way from one core to another */

/* What stands in a page that is somebody's. */
struct owner {
    uint64_t core, tag;
};

static struct page *
take_page(uint64_t home, struct owner owner)
{
    struct page *page = page_alloc((uint32_t)home, PAGE_DATA);
    check(page != NULL);
    check_equal(home, page->home);
    check_equal(PAGE_DATA, page->kind);
    *(struct owner *)page_bytes(page) = owner;
    return page;
}

static void
take_and_give(uint32_t index, __attribute__((unused)) void *argument)
{
    struct {
        struct page *page;
        struct owner owner;
    } held[HOLDS] = {};
    uint64_t random = index;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        __typeof__(held[0]) *one = &held[round % HOLDS];
        if (one->page != NULL) {
            const struct owner *owner = page_bytes(one->page);
            check_equal(one->owner.core, owner->core); /* P1: nobody else has it */
            check_equal(one->owner.tag, owner->tag);
            /* Acquire and release: what was written to a page comes along with it. */
            struct page *other =
                __atomic_exchange_n(&passed_on[jostle_random(&random) % 8], one->page, __ATOMIC_ACQ_REL);
            if (other != NULL)
                page_free(other); /* another core's, perhaps, and of any home */
        }
        one->owner = (struct owner){index, round};
        one->page = take_page(jostle_random(&random) % core_count, one->owner);
    }
    for (unsigned i = 0; i < HOLDS; i++)
        page_free(held[i].page);
}

/* Four cores take pages of all homes, and give back what others have taken. No page is two cores' at once, and in the
 * end every list has as many as before, each once. */
TEST(page_cores_lists)
{
    uint64_t before[CORE_MAX];
    check_equal(4, core_count);
    for (uint32_t home = 0; home < core_count; home++)
        before[home] = page_list_of(home)->count;
    jostle(take_and_give, NULL);
    for (unsigned i = 0; i < 8; i++)
        if (passed_on[i] != NULL)
            page_free(passed_on[i]);
    for (uint32_t home = 0; home < core_count; home++) {
        uint64_t count = 0;
        for (struct page *page = page_list_of(home)->first; page != NULL && count <= before[home];
             page = page->next) {
            check_equal(home, page->home);
            check_equal(PAGE_FREE, page->kind);
            count++;
        }
        check_equal(before[home], count);
        check_equal(before[home], page_list_of(home)->count);
    }
}
