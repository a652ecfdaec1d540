/* Page lists of several cores: taken from, given back by whoever comes, and robbed by a core that has none left.
 *
 * Each page that somebody has is marked as his, in plain words: two owners at a time, or an owner that does not see
 * what the one before did, are found. Pages change hands on the way, some go through limbo. The last core owns no
 * memory, and all together want more than there is. In the end each page is on one list, once. */
#include "host.h"

#include <stdio.h>

#include "page.h"
#include "startup.h"

#define CORES  4
#define PAGES  300
#define HELD   110 /* pages that a core wants to hold at most: all together more than there are */
#define ROUNDS 10000

static uint16_t owner[PAGES];            /* core's index + 1; 0: free */
static struct page *hand[CORES];         /* a page on its way to whoever takes it; atomic */
static uint64_t taken, foreign, refused; /* atomic */

/* What a core holds. */
struct hoard {
    struct page *page[HELD];
    unsigned count;
};

static uint16_t *
owner_of(const struct page *page)
{
    return &owner[(page_address(page) >> PAGE_SHIFT) + PAGES - page_limit];
}

static uint64_t *
mark_of(const struct page *page)
{
    return page_bytes(page);
}

static void
take(struct hoard *hoard)
{
    uint32_t home = host_random() % 8 == 0 ? (uint32_t)(host_random() % CORES) : core_index();
    struct page *page = page_alloc(home, PAGE_DATA);
    if (page == NULL) {
        __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
        return;
    }
    if (*owner_of(page) != 0 || page->references != 1 || page->kind != PAGE_DATA)
        host_fail("a page that somebody has");
    __atomic_add_fetch(&taken, 1, __ATOMIC_RELAXED);
    __atomic_add_fetch(&foreign, page->home != home, __ATOMIC_RELAXED);
    *owner_of(page) = (uint16_t)(core_index() + 1);
    *mark_of(page) = page_address(page) + core_index();
    hoard->page[hoard->count++] = page;
}

/* Any page out of the hoard, which must be as it was left. */
static struct page *
pick(struct hoard *hoard)
{
    unsigned place = (unsigned)(host_random() % hoard->count);
    struct page *page = hoard->page[place];
    hoard->page[place] = hoard->page[--hoard->count];
    if (*owner_of(page) != core_index() + 1 || *mark_of(page) != page_address(page) + core_index())
        host_fail("a page that another has written");
    return page;
}

static void
give(struct hoard *hoard)
{
    struct page *page = pick(hoard);
    *owner_of(page) = 0;
    if (host_random() % 4 == 0)
        page_free_later(page, NULL);
    else
        page_free(page);
}

/* Swaps a page for what lies at the place of another core, if there is anything. */
static void
pass_on(struct hoard *hoard)
{
    struct page *page = pick(hoard);
    page = __atomic_exchange_n(&hand[host_random() % CORES], page, __ATOMIC_ACQ_REL);
    if (page == NULL)
        return;
    *owner_of(page) = (uint16_t)(core_index() + 1);
    *mark_of(page) = page_address(page) + core_index();
    hoard->page[hoard->count++] = page;
}

static void
body(__attribute__((unused)) uint32_t index)
{
    struct hoard hoard = {.count = 0};
    for (unsigned round = 0; round < ROUNDS; round++) {
        uint64_t what = host_random() % 16;
        if (what < 9 && hoard.count < HELD)
            take(&hoard);
        else if (what < 15 && hoard.count > 0)
            give(&hoard);
        else if (hoard.count > 0)
            pass_on(&hoard);
        if (round % 8 == 0)
            host_cross();
    }
    while (hoard.count > 0)
        give(&hoard);
}

STARTUP(01, pages)
{
    host_pages_make(PAGES, CORES - 1);
}

/* Each page stands on one list, once, and each list knows how many it has. */
static void
check_lists(void)
{
    static bool seen[PAGES];
    uint64_t all = 0;
    for (uint32_t core = 0; core < CORES; core++) {
        uint64_t count = 0;
        for (const struct page *page = page_list_of(core)->first; page != NULL; page = page->next) {
            bool *twice = &seen[owner_of(page) - owner];
            if (*twice || page->kind != PAGE_FREE || page->references != 0)
                host_fail("a page on a list that is not free, or stands there twice");
            *twice = true;
            count++;
        }
        if (count != page_list_of(core)->count)
            host_fail("a list does not know how many pages it has");
        all += count;
    }
    if (all != PAGES)
        host_fail("pages were lost");
}

int
main(void)
{
    host_run(CORES, body);
    for (unsigned i = 0; i < CORES; i++)
        if (hand[i] != NULL)
            page_free(hand[i]);
    host_settle();
    check_lists();
    if (taken < PAGES || foreign == 0 || refused == 0)
        host_fail("hardly anything happened");
    printf("taken %lu, of them from elsewhere %lu, refused %lu\n", taken, foreign, refused);
    return 0;
}
