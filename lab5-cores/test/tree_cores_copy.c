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

/* A copy is made while the others write the source, and does not change after. */
static void
copy_and_look(void)
{
    struct segment *copy;
    uint64_t seen[PAGES];
    check_equal(0, segment_copy(cores.segment, COPY_ON_WRITE, account_root, 0, "copy", &copy));
    for (uint64_t page = 0; page < PAGES; page++)
        seen[page] = word_read(copy, page);
    test_pause_for(20);
    for (uint64_t page = 0; page < PAGES; page++)
        check_equal(seen[page], word_read(copy, page));
    object_drop(&copy->object);
}

static void
copy_or_write(uint32_t index, void *argument)
{
    uint64_t meetings = 0, *progress = argument, value = 0;
    check_equal(0, tree_load(cores.roots[index]));
    cores_meet(&meetings);
    for (uint64_t round = 0; index == 0 && cores_go_on(round, 200, progress); round++)
        copy_and_look();
    if (index == 0)
        cores_end_it();
    while (!cores_are_over()) {
        uint64_t word, address = HERE + (value++ * core_count + index) % PAGES * PAGE_SIZE;
        check_equal(0, ring3_touch(address, ACCESS_WRITE, &value));
        check_equal(0, user_copy_in(&word, address, sizeof(word)));
        cores_count(&progress[index]);
        test_pause();
    }
    cores_meet(&meetings);
    cores_leave_root(index);
}

TEST_ON_CORES(tree_cores_copy_stays)
{
    struct share_books before = share_books_take();
    uint64_t progress[CORES_MOST] = {0};
    cores_begin(PAGES);
    map(cores.inner, 0, &cores.segment->object, 0, PAGES * PAGE_SIZE, PERM_R | PERM_W);
    test_on_all(copy_or_write, progress);
    cores_end();
    check_share_books(before);
}
