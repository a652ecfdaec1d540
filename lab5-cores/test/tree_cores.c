/* Address trees and segments under several cores: faults, unmaps, copies and shrinks side by side.
 *
 * Each core has a root of its own, loaded, and all roots map one inner tree at HERE. Cores touch memory as programs do,
 * through tables and TLB, and as system calls do. */
#include "core_test.h"
#include "../../lab4-addrtree/test/tree_test.h"
#include "user_copy.h"

#define HERE        (1 * GIB)
#define TABLES      4
#define PAGES       64
#define TREE_BYTES  (TABLES * LARGE_PAGE_SIZE)
#define CORES_TESTS 8 /* at most */

/* What the cores of a test share. */
static struct {
    struct tree *inner, *roots[CORES_TESTS];
    struct segment *segment, *other;
    uint64_t arrived; /* atomic: cores that have come to a meeting, all meetings together */
    uint64_t shows;   /* atomic: what the range shows that comes and goes */
    bool over;        /* atomic: core 0 has done its part */
} shared;

/* Waits until all cores have come here as often as this one. */
static void
meet(uint64_t *meetings)
{
    /* Release, and acquire in the wait: what a core has done before the meeting, the others see after it. */
    __atomic_add_fetch(&shared.arrived, 1, __ATOMIC_RELEASE);
    test_wait_for(&shared.arrived, ++*meetings * core_count);
}

static void
begin(uint64_t pages)
{
    shared.arrived = 0;
    shared.over = false;
    shared.inner = inner_make();
    shared.segment = segment_make_pages(pages);
    share_publish(&shared.inner->object);
    share_publish(&shared.segment->object);
    for (uint32_t i = 0; i < core_count; i++) {
        shared.roots[i] = root_make();
        share_publish(&shared.roots[i]->object);
        map(shared.roots[i], HERE, &shared.inner->object, 0, TREE_BYTES, PERM_R | PERM_W);
    }
}

/* This core leaves its root, when it has loaded one, and lets go of it. */
static void
leave_root(uint32_t index)
{
    check_equal(0, tree_load(NULL));
    object_drop(&shared.roots[index]->object);
}

static void
end(void)
{
    object_drop(&shared.inner->object);
    object_drop(&shared.segment->object);
}

/* One more thing that this core has got through. Relaxed, as in goes_on: a number, no more. */
static void
count(uint64_t *progress)
{
    __atomic_add_fetch(progress, 1, __ATOMIC_RELAXED);
}

/* For core 0: whether to go on, after `rounds` of its own, because some other core has got through less than `least`. */
static bool
goes_on(uint64_t rounds, uint64_t least, const uint64_t *progress)
{
    for (uint32_t i = 1; i < core_count; i++)
        if (__atomic_load_n(&progress[i], __ATOMIC_RELAXED) < least)
            return true;
    return rounds < least;
}

/* For the others: whether core 0 has come to its end; and that it has. */
static bool
is_over(void)
{
    return __atomic_load_n(&shared.over, __ATOMIC_RELAXED);
}

static void
be_over(void)
{
    __atomic_store_n(&shared.over, true, __ATOMIC_RELAXED);
}

/* One load or store as ring 3 would do it: whoever flushes this core meanwhile waits for it. */
static bool
probe_in_ring3(uint64_t address, enum access access, uint64_t *word)
{
    core_leave();
    bool done = access == ACCESS_READ ? probe_read(address, word) : probe_write(address, *word);
    core_enter();
    return done;
}

/* The same, with the page faults that it takes. E_FAULT: nothing is mapped there. */
static int
ring3(uint64_t address, enum access access, uint64_t *word)
{
    int error = 0;
    while (error == 0 && !probe_in_ring3(address, access, word))
        error = tree_fault(tree_current(), address, access, false);
    return error;
}

/* Nothing is entered for pages [first, end) at this place of the inner tree: nobody can see them there. */
static void
check_no_entries(uint64_t start, uint64_t first, uint64_t end)
{
    for (uint64_t page = first; page < end; page++) {
        const uint64_t *entry = tree_entry(shared.inner, start + page * PAGE_SIZE, false, NULL);
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
    struct tree *root = shared.roots[index];
    uint64_t meetings = 0, *faults = argument;
    check_equal(0, tree_load(root));
    meet(&meetings);
    for (uint64_t i = 0; i < PAGES; i++) { /* every other core from the end */
        uint64_t address = spread(index % 2 ? PAGES - 1 - i : i);
        for (unsigned tries = 0; !(tree_translate(root, address) & ENTRY_WRITE); tries++) {
            check(tries < 2);
            check_equal(0, tree_fault(root, address, ACCESS_WRITE, false));
            faults[index]++;
        }
    }
    meet(&meetings);
    for (uint64_t i = 0; i < PAGES; i++)
        check_equal(tree_translate(shared.roots[0], spread(i)) & ENTRY_ADDRESS,
                    tree_translate(root, spread(i)) & ENTRY_ADDRESS);
    meet(&meetings);
    leave_root(index);
}

/* All cores touch the same pages at the same time. Each page comes in once in total, each root links each table once
 * at most, and every other fault found the page there. */
TEST(tree_cores_fault_once)
{
    struct share_books before = share_books_take();
    for (unsigned round = 0; round < 50; round++) {
        uint64_t faults[CORES_TESTS] = {0}, all = 0;
        struct tree_counts start = counts_of_all();
        begin(TABLES * TABLE_SLOTS);
        map(shared.inner, 0, &shared.segment->object, 0, TREE_BYTES, PERM_R | PERM_W);
        test_on_all(touch_all, faults);
        struct tree_counts done = counts_of_all();
        for (uint32_t i = 0; i < core_count; i++)
            all += faults[i];
        uint64_t links = done.link_faults - start.link_faults, late = done.late - start.late;
        check_equal(PAGES, done.page_ins - start.page_ins);
        check(links >= core_count && links <= core_count * TABLES);
        check(all <= PAGES + links + late && all >= PAGES + late);
        end();
    }
    check_share_books(before);
}

/* --- a range that comes and goes -------------------------------------------------------------------------- */

#define MARK(which, page) ((which) << 32 | (page))

static void
mark_pages(struct segment *segment, uint64_t which)
{
    for (uint64_t page = 0; page < PAGES; page++)
        word_write(segment, page, MARK(which, page));
}

/* What the range shows: nothing, segment 1 or segment 2; or it is changing. Above it a count of changes. */
enum shows { NOTHING, FIRST, SECOND, CHANGING };
#define SHOWS(state) ((enum shows)((state)&3))

/* Release: what was done before the range shows this comes before (partner: shows_load). */
static void
shows_store(enum shows shows)
{
    __atomic_store_n(&shared.shows, (shared.shows & ~3ul) + 4 + shows, __ATOMIC_RELEASE);
}

static uint64_t
shows_load(void)
{
    return __atomic_load_n(&shared.shows, __ATOMIC_ACQUIRE); /* partner: shows_store */
}

static void
pause_for(unsigned times)
{
    while (times-- > 0)
        test_pause();
}

static void
range_unmap(uint64_t first, uint64_t pages)
{
    check_equal(0, tree_unmap(shared.inner, LARGE_PAGE_SIZE + first * PAGE_SIZE, pages * PAGE_SIZE));
    check_no_entries(LARGE_PAGE_SIZE, first, first + pages);
}

/* Has the range show now the one, now the other segment, and in between nothing. */
static void
switch_segments(const uint64_t *progress)
{
    for (uint64_t round = 0; goes_on(round, 300, progress); round++) {
        struct segment *shown = round % 2 ? shared.other : shared.segment;
        map(shared.inner, LARGE_PAGE_SIZE, &shown->object, 0, PAGES * PAGE_SIZE, PERM_R | PERM_W);
        shows_store(round % 2 ? SECOND : FIRST);
        pause_for(50);
        shows_store(CHANGING);
        range_unmap(PAGES / 2, 1 + round % (PAGES / 4)); /* leaves two pieces */
        range_unmap(0, PAGES);
        shows_store(NOTHING);
        pause_for(20);
        shows_store(CHANGING);
    }
}

/* One use of a page of the range; where the range did not change meanwhile, it must show just what it should. */
static void
use_range(uint64_t page, uint64_t *progress)
{
    uint64_t word, address = HERE + LARGE_PAGE_SIZE + page * PAGE_SIZE, before = shows_load();
    int error = page % 2 ? ring3(address, ACCESS_READ, &word) : user_copy_in(&word, address, sizeof(word));
    bool exact = before == shows_load() && SHOWS(before) != CHANGING;
    check(error == E_FAULT || (error == 0 && (word == MARK(1ul, page) || word == MARK(2ul, page))));
    if (exact) {
        check_equal(SHOWS(before) == NOTHING ? E_FAULT : 0, error);
        check(error || word == MARK((uint64_t)SHOWS(before), page));
    }
    if (exact && error == 0)
        count(progress);
    error =
        page % 3 ? ring3(address + 8, ACCESS_WRITE, &page) : user_copy_out(address + 8, &page, sizeof(page));
    check(error == 0 || error == E_FAULT);
    test_pause();
}

static void
switch_or_use(uint32_t index, void *argument)
{
    uint64_t meetings = 0, *progress = argument;
    check_equal(0, tree_load(shared.roots[index]));
    meet(&meetings);
    if (index == 0) {
        switch_segments(progress);
        be_over();
    }
    for (uint64_t i = 0; !is_over(); i++)
        use_range(i % PAGES, &progress[index]);
    meet(&meetings);
    leave_root(index);
}

/* One core maps and unmaps, the others fault and copy there: what they get is a page of the one or of the other
 * segment, or a fault; never one that has been freed, and none is lost. */
TEST(tree_cores_unmap)
{
    struct share_books before = share_books_take();
    uint64_t progress[CORES_TESTS] = {0};
    begin(PAGES);
    shared.other = segment_make_pages(PAGES);
    share_publish(&shared.other->object);
    mark_pages(shared.segment, 1);
    mark_pages(shared.other, 2);
    test_on_all(switch_or_use, progress);
    object_drop(&shared.other->object);
    end();
    check_share_books(before);
}

/* --- copies ----------------------------------------------------------------------------------------------- */

/* Cores of even number are on the side of the source, the others on the copy's; those from 2 on only read. */
static uint64_t
side_of(uint32_t index)
{
    return 1 + index % 2;
}

/* A page as this side may see it. */
static void
read_side(uint64_t side, uint64_t page)
{
    uint64_t word;
    check_equal(0, ring3(HERE + (side - 1) * LARGE_PAGE_SIZE + page * PAGE_SIZE, ACCESS_READ, &word));
    check(word == MARK(0ul, page) || word == MARK(side, page));
}

/* Writes every page of the side, each after the readers have seen all of them once more. */
static void
write_side(uint64_t side, uint64_t *progress)
{
    for (uint64_t page = 0; page < PAGES; page++) {
        uint64_t word = MARK(side, page), address = HERE + (side - 1) * LARGE_PAGE_SIZE + page * PAGE_SIZE;
        for (uint32_t i = 2; i < core_count; i++)
            test_wait_for(&progress[i], page);
        read_side(side, page);
        check_equal(0, page % 4 ? ring3(address, ACCESS_WRITE, &word)
                                : user_copy_out(address, &word, sizeof(word)));
        check_equal(0, user_copy_in(&word, address, sizeof(word)));
        check_equal(MARK(side, page), word);
        test_pause();
    }
}

static void
use_side(uint32_t index, void *argument)
{
    uint64_t meetings = 0, *progress = argument, side = side_of(index);
    check_equal(0, tree_load(shared.roots[index]));
    meet(&meetings);
    if (index < 2)
        write_side(side, progress);
    for (uint64_t sweep = 0; index >= 2 && sweep < PAGES; sweep++) {
        for (uint64_t page = 0; page < PAGES; page++)
            read_side(side, page);
        count(&progress[index]);
        test_pause();
    }
    meet(&meetings);
    for (uint64_t page = 0; page < PAGES; page++) {
        read_side(side, page);
        check_equal(MARK(side, page), word_read(side == 1 ? shared.segment : shared.other, page));
    }
    meet(&meetings);
    leave_root(index);
}

/* Source and copy are broken apart from both sides at once, page by page: each side only ever sees the original's
 * bytes or its own. */
TEST(tree_cores_copy_on_write)
{
    struct share_books before = share_books_take();
    for (unsigned round = 0; round < 15; round++) {
        uint64_t progress[CORES_TESTS] = {0};
        begin(PAGES);
        mark_pages(shared.segment, 0);
        check_equal(0, segment_copy(shared.segment, round % 3 == 2 ? COPY_ON_REFERENCE : COPY_ON_WRITE,
                                    account_root, core_index(), "copy", &shared.other));
        share_publish(&shared.other->object);
        map(shared.inner, 0, &shared.segment->object, 0, PAGES * PAGE_SIZE, PERM_R | PERM_W);
        map(shared.inner, LARGE_PAGE_SIZE, &shared.other->object, 0, PAGES * PAGE_SIZE, PERM_R | PERM_W);
        test_on_all(use_side, progress);
        object_drop(&shared.other->object);
        end();
    }
    check_share_books(before);
}

/* A copy is made while the others write the source, and does not change after. */
static void
copy_and_look(void)
{
    struct segment *copy;
    uint64_t seen[PAGES];
    check_equal(0, segment_copy(shared.segment, COPY_ON_WRITE, account_root, 0, "copy", &copy));
    for (uint64_t page = 0; page < PAGES; page++)
        seen[page] = word_read(copy, page);
    pause_for(20);
    for (uint64_t page = 0; page < PAGES; page++)
        check_equal(seen[page], word_read(copy, page));
    object_drop(&copy->object);
}

static void
copy_or_write(uint32_t index, void *argument)
{
    uint64_t meetings = 0, *progress = argument, value = 0;
    check_equal(0, tree_load(shared.roots[index]));
    meet(&meetings);
    for (uint64_t round = 0; index == 0 && goes_on(round, 200, progress); round++)
        copy_and_look();
    if (index == 0)
        be_over();
    while (!is_over()) {
        uint64_t word, address = HERE + (value++ * core_count + index) % PAGES * PAGE_SIZE;
        check_equal(0, ring3(address, ACCESS_WRITE, &value));
        check_equal(0, user_copy_in(&word, address, sizeof(word)));
        count(&progress[index]);
        test_pause();
    }
    meet(&meetings);
    leave_root(index);
}

TEST(tree_cores_copy_stays)
{
    struct share_books before = share_books_take();
    uint64_t progress[CORES_TESTS] = {0};
    begin(PAGES);
    map(shared.inner, 0, &shared.segment->object, 0, PAGES * PAGE_SIZE, PERM_R | PERM_W);
    test_on_all(copy_or_write, progress);
    end();
    check_share_books(before);
}

/* --- shrinking -------------------------------------------------------------------------------------------- */

static void
use_shrinking(uint64_t *progress)
{
    for (uint64_t page = 0; page < PAGES; page++) {
        uint64_t word, mark = MARK(5ul, page), address = HERE + page * PAGE_SIZE;
        int error =
            page % 2 ? ring3(address, ACCESS_READ, &word) : user_copy_in(&word, address, sizeof(word));
        check(error == E_FAULT || (error == 0 && (word == 0 || word == mark)));
        error = page % 3 ? ring3(address, ACCESS_WRITE, &mark) : user_copy_out(address, &mark, sizeof(mark));
        check(error == 0 || error == E_FAULT);
        if (error == 0)
            count(progress);
        test_pause();
    }
}

static void
shrink_or_use(uint32_t index, void *argument)
{
    uint64_t meetings = 0, *progress = argument;
    check_equal(0, tree_load(shared.roots[index]));
    meet(&meetings);
    for (uint64_t round = 0; index == 0 && goes_on(round, 300, progress); round++) {
        check_equal(0, segment_set_pages(shared.segment, round * 7 % PAGES));
        check_no_entries(0, round * 7 % PAGES, PAGES);
        test_pause();
        check_equal(0, segment_set_pages(shared.segment, PAGES));
        pause_for(10);
    }
    if (index == 0)
        be_over();
    while (!is_over())
        use_shrinking(&progress[index]);
    meet(&meetings);
    leave_root(index);
}

/* A segment shrinks and grows under the others' faults: a page shows zeros or what was written to it, or faults. */
TEST(tree_cores_shrink)
{
    struct share_books before = share_books_take();
    uint64_t progress[CORES_TESTS] = {0};
    begin(PAGES);
    map(shared.inner, 0, &shared.segment->object, 0, PAGES * PAGE_SIZE, PERM_R | PERM_W);
    test_on_all(shrink_or_use, progress);
    end();
    check_share_books(before);
}
