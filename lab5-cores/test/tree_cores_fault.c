/* Faults beside faults, unmaps and shrinks on other cores. */
#include "interleave.h"
#include "tree_cores.h"

/* Nothing is entered for pages [first, end) at this place of the inner tree: nobody can see them there. */
static void
check_no_entries(uint64_t start, uint64_t first, uint64_t end)
{
    for (uint64_t page = first; page < end; page++) {
        const uint64_t *entry = tree_entry(cores.inner, start + page * PAGE_SIZE, false, NULL);
        check(entry == NULL || !(entry_load(entry) & ENTRY_PRESENT));
    }
}

static struct tree_counts
counts_of_all(void)
{
    struct tree_counts sum = {0};
    for (uint32_t i = 0; i < core_count; i++) {
        const struct tree_counts *counts = CORE_AT(i, tree_counts);
        sum.page_ins += counts->page_ins;
        sum.link_faults += counts->link_faults;
        sum.late += counts->late;
    }
    return sum;
}

/* --- the same pages --------------------------------------------------------------------------------------- */

/* Pages spread over all tables. */
static uint64_t
spread(uint64_t page)
{
    return HERE + (page % TABLES) * LARGE_PAGE_SIZE + page * PAGE_SIZE;
}

static void
touch_all(uint32_t index, void *argument)
{
    struct tree *root = cores.roots[index];
    uint64_t meetings = 0, *faults = argument;
    check_equal(0, tree_load(root));
    cores_meet(&meetings);
    for (uint64_t i = 0; i < PAGES; i++) { /* every other core from the end */
        uint64_t address = spread(index % 2 ? PAGES - 1 - i : i);
        for (unsigned tries = 0; !(tree_translate(root, address) & ENTRY_WRITE); tries++) {
            check(tries < 2);
            check_equal(0, tree_fault(root, address, ACCESS_WRITE, false));
            faults[index]++;
        }
    }
    cores_meet(&meetings);
    for (uint64_t i = 0; i < PAGES; i++)
        check_equal(tree_translate(cores.roots[0], spread(i)) & ENTRY_ADDRESS,
                    tree_translate(root, spread(i)) & ENTRY_ADDRESS);
    cores_meet(&meetings);
    cores_leave_root(index);
}

/* All cores touch the same pages at the same time. Each page comes in once in total, each root links each table once
 * at most, and every other fault found the page there. */
TEST_ON_CORES(tree_cores_fault_once)
{
    struct share_books before = share_books_take();
    for (unsigned round = 0; round < 50; round++) {
        uint64_t faults[CORES_MOST] = {0}, all = 0;
        struct tree_counts start = counts_of_all();
        cores_begin(TABLES * TABLE_SLOTS);
        map(cores.inner, 0, &cores.segment->object, 0, TREE_BYTES, PERM_R | PERM_W);
        test_on_all(touch_all, faults);
        struct tree_counts done = counts_of_all();
        for (uint32_t i = 0; i < core_count; i++)
            all += faults[i];
        uint64_t links = done.link_faults - start.link_faults, late = done.late - start.late;
        check_equal(PAGES, done.page_ins - start.page_ins);
        check(links >= core_count && links <= core_count * TABLES);
        check(all <= PAGES + links + late && all >= PAGES + late);
        cores_end();
    }
    check_share_books(before);
}

/* --- a range that comes and goes -------------------------------------------------------------------------- */

/* What the range shows: nothing, segment 1 or segment 2; or it is changing. Above it a count of changes. */
enum shows { NOTHING, FIRST, SECOND, CHANGING };
#define SHOWS(state) ((enum shows)((state)&3))

static uint64_t shows_word; /* atomic */

/* Release: what was done before the range shows this comes before (partner: shows_load). */
static void
shows_store(enum shows shows)
{
    __atomic_store_n(&shows_word, (shows_word & ~3ul) + 4 + shows, __ATOMIC_RELEASE);
}

static uint64_t
shows_load(void)
{
    return __atomic_load_n(&shows_word, __ATOMIC_ACQUIRE); /* partner: shows_store */
}

static void
range_unmap(uint64_t first, uint64_t pages)
{
    check_equal(0, tree_unmap(cores.inner, LARGE_PAGE_SIZE + first * PAGE_SIZE, pages * PAGE_SIZE));
    check_no_entries(LARGE_PAGE_SIZE, first, first + pages);
}

/* Has the range show now the one, now the other segment, and in between nothing. */
static void
switch_segments(const uint64_t *progress)
{
    for (uint64_t round = 0; cores_go_on(round, 300, progress); round++) {
        struct segment *shown = round % 2 ? cores.other : cores.segment;
        map(cores.inner, LARGE_PAGE_SIZE, &shown->object, 0, PAGES * PAGE_SIZE, PERM_R | PERM_W);
        shows_store(round % 2 ? SECOND : FIRST);
        test_pause_for(50);
        shows_store(CHANGING);
        range_unmap(PAGES / 2, 1 + round % (PAGES / 4)); /* leaves two pieces */
        range_unmap(0, PAGES);
        shows_store(NOTHING);
        test_pause_for(20);
        shows_store(CHANGING);
    }
}

/* One use of a page of the range; where the range did not change meanwhile, it must show just what it should. */
static void
use_range(uint64_t page, uint64_t *progress)
{
    uint64_t word, address = HERE + LARGE_PAGE_SIZE + page * PAGE_SIZE, before = shows_load();
    int error =
        page % 2 ? ring3_touch(address, ACCESS_READ, &word) : user_copy_in(&word, address, sizeof(word));
    bool exact = before == shows_load() && SHOWS(before) != CHANGING;
    check(error == E_FAULT || (error == 0 && (word == MARK(1ul, page) || word == MARK(2ul, page))));
    if (exact) {
        check_equal(SHOWS(before) == NOTHING ? E_FAULT : 0, error);
        check(error || word == MARK((uint64_t)SHOWS(before), page));
    }
    if (exact && error == 0)
        cores_count(progress);
    error = page % 3 ? ring3_touch(address + 8, ACCESS_WRITE, &page)
                     : user_copy_out(address + 8, &page, sizeof(page));
    check(error == 0 || error == E_FAULT);
    test_pause();
}

static void
switch_or_use(uint32_t index, void *argument)
{
    uint64_t meetings = 0, *progress = argument;
    check_equal(0, tree_load(cores.roots[index]));
    cores_meet(&meetings);
    if (index == 0) {
        switch_segments(progress);
        cores_end_it();
    }
    for (uint64_t i = 0; !cores_are_over(); i++)
        use_range(i % PAGES, &progress[index]);
    cores_meet(&meetings);
    cores_leave_root(index);
}

/* One core maps and unmaps, the others fault and copy there: what they get is a page of the one or of the other
 * segment, or a fault; never one that has been freed, and none is lost. */
TEST_ON_CORES(tree_cores_unmap)
{
    struct share_books before = share_books_take();
    uint64_t progress[CORES_MOST] = {0};
    cores_begin(PAGES);
    cores.other = segment_make_pages(PAGES);
    share_publish(&cores.other->object);
    mark_pages(cores.segment, 1);
    mark_pages(cores.other, 2);
    shows_store(CHANGING);
    test_on_all(switch_or_use, progress);
    object_drop(&cores.other->object);
    cores_end();
    check_share_books(before);
}

/* --- shrinking -------------------------------------------------------------------------------------------- */

static void
use_shrinking(uint64_t *progress)
{
    for (uint64_t page = 0; page < PAGES; page++) {
        uint64_t word, mark = MARK(5ul, page), address = HERE + page * PAGE_SIZE;
        int error =
            page % 2 ? ring3_touch(address, ACCESS_READ, &word) : user_copy_in(&word, address, sizeof(word));
        check(error == E_FAULT || (error == 0 && (word == 0 || word == mark)));
        error = page % 3 ? ring3_touch(address, ACCESS_WRITE, &mark)
                         : user_copy_out(address, &mark, sizeof(mark));
        check(error == 0 || error == E_FAULT);
        if (error == 0)
            cores_count(progress);
        test_pause();
    }
}

static void
shrink_or_use(uint32_t index, void *argument)
{
    uint64_t meetings = 0, *progress = argument;
    check_equal(0, tree_load(cores.roots[index]));
    cores_meet(&meetings);
    for (uint64_t round = 0; index == 0 && cores_go_on(round, 300, progress); round++) {
        check_equal(0, segment_set_pages(cores.segment, round * 7 % PAGES));
        check_no_entries(0, round * 7 % PAGES, PAGES);
        test_pause();
        check_equal(0, segment_set_pages(cores.segment, PAGES));
        test_pause_for(10);
    }
    if (index == 0)
        cores_end_it();
    while (!cores_are_over())
        use_shrinking(&progress[index]);
    cores_meet(&meetings);
    cores_leave_root(index);
}

/* A segment shrinks and grows under the others' faults: a page shows zeros or what was written to it, or faults. */
TEST_ON_CORES(tree_cores_shrink)
{
    struct share_books before = share_books_take();
    uint64_t progress[CORES_MOST] = {0};
    cores_begin(PAGES);
    map(cores.inner, 0, &cores.segment->object, 0, PAGES * PAGE_SIZE, PERM_R | PERM_W);
    test_on_all(shrink_or_use, progress);
    cores_end();
    check_share_books(before);
}

/* --- a table that comes while others look for one ------------------------------------------------------------ */

static struct tree *grows;
static uint64_t directory, *leaf,
    *found; /* an entry of the top table; the one of slot 0, below it; what was found */

static void
top_is_empty(void)
{
    entry_store(page_bytes(grows->top), 0);
}

static void
look_for_table(void)
{
    uint64_t slot = 0;
    found = tree_next_table(grows, &slot, LARGE_PAGE_SIZE);
}

static void
enter_directory(void)
{
    entry_store(page_bytes(grows->top), directory);
}

static void
found_leaf_or_none(void)
{
    check(found == NULL || found == leaf);
}

/* Whoever walks without the tree's lock may meet a table at any instruction: he takes no entry above for one of a leaf
 * table. */
TEST(tree_next_table_meets_newcomer)
{
    int error;
    grows = inner_make();
    check(tree_entry(grows, 0, true, &error) != NULL);
    leaf = tree_directory(grows, 0, false, NULL);
    directory = entry_load(page_bytes(grows->top));
    check(interleave(&(struct interleaving){look_for_table, enter_directory, top_is_empty, found_leaf_or_none,
                                            60, 50}) > 100);
    enter_directory();
    object_drop(&grows->object);
}
