/* Tests of memory dealt out to many cores. */
#include "page_slices.h"

#include "core.h"
#include "core_test.h"
#include "cores.h"
#include "machine.h"
#include "page.h"
#include "result.h"
#include "startup.h"
#include "string.h"
#include "test.h"

/* The list of each core holds pages of its own home only. */
static void
check_lists_own(void)
{
    for (uint32_t i = 0; i < core_count; i++)
        for (const struct page *page = page_list_of(i)->first; page != NULL; page = page->next) {
            check_equal(PAGE_FREE, page->kind);
            check_equal(i, page->home);
        }
}

/* Cores first to last have as many free pages as each other, but for the few that were taken since. */
static void
check_alike(uint32_t first, uint32_t last)
{
    for (uint32_t i = first; i < last; i++) {
        uint64_t count = page_list_of(i)->count, share = page_list_of(last)->count;
        check(count < share + 16);
        check(i == 0 || count + 16 > share); /* later start-up steps have taken pages of core 0 */
    }
}

/* On a machine with one node each core has one piece of memory, and the pieces are alike in free pages. */
TEST(page_slices_equal)
{
    uint32_t last = 0;
    check(core_count > 1);
    check_equal(1, nodes_listed.count);
    for (uint64_t frame = 0; frame < page_limit; frame++) {
        const struct page *page = &page_table_all[frame];
        if (page->kind == PAGE_ABSENT)
            continue;
        check(page->home == last || page->home == last + 1);
        last = page->home;
    }
    check_equal(core_count - 1, last);
    check_alike(0, last);
    check_lists_own();
}

/* --- nodes ---------------------------------------------------------------------------------------------------- */

/* The node of a frame. */
static uint32_t
frame_node(uint64_t frame)
{
    uint32_t i = nodes_listed.count - 1;
    while (i > 0 && nodes_listed.range[i].start > frame << PAGE_SHIFT)
        i--;
    return nodes_listed.range[i].node;
}

/* Every page's home is a core of its node. */
static void
check_homes_near(void)
{
    for (uint64_t frame = 0; frame < page_limit; frame++) {
        const struct page *page = &page_table_all[frame];
        if (page->kind != PAGE_ABSENT)
            check_equal(frame_node(frame), core_node(&nodes_listed, page->home));
    }
}

/* The machine's own nodes: two, of 128 MiB and two cores each. */
TEST(page_slices_nodes)
{
    check_equal(4, core_count);
    check_equal(2, nodes_listed.count);
    check_equal(0, nodes_listed.range[0].start);
    check_equal(128ul << 20, nodes_listed.range[1].start);
    for (uint32_t i = 0; i < core_count; i++)
        check_equal(nodes_listed.range[i / 2].node, core_node(&nodes_listed, i));
    check_homes_near();
    check_alike(0, 1);
    check_alike(2, 3);
    check_lists_own();
}

static bool
test_is(const char *name)
{
    char word[40];
    return command_value("test", word, sizeof word) != NULL && strcmp(word, name) == 0;
}

#define MIB (1ul << 20)

/* What no usual machine has: cores 0 and 2 are of node 7, core 1 of node 3, core 3 of node 5, which has no memory;
 * nobody is of node 9. */
STARTUP(49, test_nodes)
{
    if (!test_is("page_slices_odd_nodes"))
        return;
    nodes_listed = (struct srat){
        .count = 6,
        .range = {{1 * MIB, 9}, {2 * MIB, 7}, {60 * MIB, 3}, {100 * MIB, 9}, {120 * MIB, 3}, {200 * MIB, 7}},
        .node = {7, 3, 7, 5}};
}

/* Memory that nobody is near goes to the range in front of it, or behind where there is none in front; a core without
 * memory gets what others have. */
TEST(page_slices_odd_nodes)
{
    static const struct srat_range dealt[] = {{0, 7}, {60 * MIB, 3}, {200 * MIB, 7}};
    check_equal(4, core_count);
    check_equal(3, nodes_listed.count);
    for (unsigned i = 0; i < 3; i++) {
        check_equal(dealt[i].start, nodes_listed.range[i].start);
        check_equal(dealt[i].node, nodes_listed.range[i].node);
    }
    check_homes_near();
    check_lists_own();
    check(page_list_of(0)->first < page_list_of(2)->first);
    check(page_address(page_list_of(2)->first) < 60 * MIB); /* the lowest range comes first */
    uint64_t count = page_list_of(1)->count;                /* of 140 MiB */
    check(count > 35000 && count <= 35840);
    check(page_list_of(2)->count < count);

    check_equal(0, page_list_of(3)->count);
    struct page *page = page_alloc(3, PAGE_DATA);
    check(page != NULL && page->home != 3);
    page_free(page);
}

/* --- many cores ----------------------------------------------------------------------------------------------- */

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
    check_lists_own();
}
