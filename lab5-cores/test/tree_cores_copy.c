/* Copies made and broken apart on several cores. */
#include "tree_cores.h"

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
    check_equal(0, ring3_touch(HERE + (side - 1) * LARGE_PAGE_SIZE + page * PAGE_SIZE, ACCESS_READ, &word));
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
        check_equal(0, page % 4 ? ring3_touch(address, ACCESS_WRITE, &word)
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
    check_equal(0, tree_load(cores.roots[index]));
    cores_meet(&meetings);
    if (index < 2)
        write_side(side, progress);
    for (uint64_t sweep = 0; index >= 2 && sweep < PAGES; sweep++) {
        for (uint64_t page = 0; page < PAGES; page++)
            read_side(side, page);
        cores_count(&progress[index]);
        test_pause();
    }
    cores_meet(&meetings);
    for (uint64_t page = 0; page < PAGES; page++) {
        read_side(side, page);
        check_equal(MARK(side, page), word_read(side == 1 ? cores.segment : cores.other, page));
    }
    cores_meet(&meetings);
    cores_leave_root(index);
}

/* Source and copy are broken apart from both sides at once, page by page: each side only ever sees the original's
 * bytes or its own. */
TEST_ON_CORES(tree_cores_copy_on_write)
{
    struct share_books before = share_books_take();
    for (unsigned round = 0; round < 15; round++) {
        uint64_t progress[CORES_MOST] = {0};
        cores_begin(PAGES);
        mark_pages(cores.segment, 0);
        check_equal(0, segment_copy(cores.segment, round % 3 == 2 ? COPY_ON_REFERENCE : COPY_ON_WRITE,
                                    account_root, core_index(), "copy", &cores.other));
        share_publish(&cores.other->object);
        map(cores.inner, 0, &cores.segment->object, 0, PAGES * PAGE_SIZE, PERM_R | PERM_W);
        map(cores.inner, LARGE_PAGE_SIZE, &cores.other->object, 0, PAGES * PAGE_SIZE, PERM_R | PERM_W);
        test_on_all(use_side, progress);
        object_drop(&cores.other->object);
        cores_end();
    }
    check_share_books(before);
}

/* --- copies beside writers -------------------------------------------------------------------------------- */

#define LARGE (2 * SEGMENT_BATCH + 4 * 25) /* pages; as PAGES, a multiple of the number of cores */

/* Writer `index` writes 1, 2, 3 ..., each to the next of the pages that are its own. */
static uint64_t
page_of(uint32_t index, uint64_t value)
{
    return (value * core_count + index) % cores.segment->pages;
}

/* What this writer's pages held at one moment: the last of all values up to the greatest. */
static void
check_moment(uint32_t index, const uint64_t *seen)
{
    uint64_t greatest = 0, own = cores.segment->pages / core_count;
    for (uint64_t value = 0; value < own; value++)
        greatest = maximum(greatest, seen[page_of(index, value)]);
    for (uint64_t value = greatest, count = 0; count<own; count++, value -= value> 0)
        check_equal(value, seen[page_of(index, value)]);
}

/* Waits until each writer has written all of its pages once more, at the least. */
static void
wait_for_writers(uint64_t *progress)
{
    for (uint32_t i = 1; i < core_count; i++)
        test_wait_for(&progress[i], __atomic_load_n(&progress[i], __ATOMIC_RELAXED) + 2);
}

/* Copies are made while the others write the source: one when they have all of it writable, and one at once behind it,
 * when they are about to have it so again. The second has what all of it was at one moment, and neither changes. */
static void
copy_and_look(uint64_t *progress)
{
    static uint64_t seen[2][LARGE];
    struct segment *copy[2];
    for (unsigned i = 0; i < 2; i++)
        check_equal(0, segment_copy(cores.segment, COPY_ON_WRITE, account_root, 0, "copy", &copy[i]));
    for (unsigned i = 0; i < 2; i++)
        for (uint64_t page = 0; page < copy[i]->pages; page++)
            seen[i][page] = word_read(copy[i], page);
    for (uint32_t i = 1; i < core_count; i++)
        check_moment(i, seen[1]);
    wait_for_writers(progress);
    for (unsigned i = 0; i < 2; i++) {
        for (uint64_t page = 0; page < copy[i]->pages; page++)
            check_equal(seen[i][page], word_read(copy[i], page));
        object_drop(&copy[i]->object);
    }
}

static void
copy_or_write(uint32_t index, void *argument)
{
    uint64_t meetings = 0, *progress = argument;
    check_equal(0, tree_load(cores.roots[index]));
    cores_meet(&meetings);
    for (uint64_t round = 0; index == 0 && round < 10 + 2 * PAGES * PAGES / cores.segment->pages; round++)
        copy_and_look(progress);
    if (index == 0)
        cores_end_it();
    for (uint64_t value = 1; !cores_are_over(); value++) {
        uint64_t word = value, address = HERE + page_of(index, value) * PAGE_SIZE;
        check_equal(0, value % 8 ? ring3_touch(address, ACCESS_WRITE, &word)
                                 : user_copy_out(address, &word, sizeof(word)));
        check_equal(0, user_copy_in(&word, address, sizeof(word)));
        check_equal(value, word);
        if (value % cores.segment->pages == 0)
            cores_count(&progress[index]);
        test_pause();
    }
    cores_meet(&meetings);
    cores_leave_root(index);
}

static void
copy_beside_writers(uint64_t pages)
{
    struct share_books before = share_books_take();
    uint64_t progress[CORES_MOST] = {0};
    cores_begin(pages);
    map(cores.inner, 0, &cores.segment->object, 0, pages * PAGE_SIZE, PERM_R | PERM_W);
    test_on_all(copy_or_write, progress);
    cores_end();
    check_share_books(before);
}

TEST_ON_CORES(tree_cores_copy_small)
{
    copy_beside_writers(PAGES);
}

/* The same by batches, between which W is gone from some pages and not from others. */
TEST_ON_CORES(tree_cores_copy_large)
{
    copy_beside_writers(LARGE);
}
