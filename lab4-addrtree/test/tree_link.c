/* Exercise 4.3: lending table pages. */
#include "tree_test.h"

#define ROOTS  10
#define PAGES  64
#define TABLES 4
#define HERE   (1 * GIB + 6 * MIB)

/* Pages spread over TABLES leaf tables of one inner tree. */
static uint64_t
spread(uint64_t i)
{
    return (i % TABLES) * LARGE_PAGE_SIZE + i * PAGE_SIZE;
}

/* Ten roots take turns on one inner tree, and each touches every page: a page is faulted in once for all of
 * them, and what a root takes beside that is at most a link a table. */
TEST(tree_link_ten_roots_fault_once)
{
    struct share_books before = share_books_take();
    struct tree *inner = inner_make(), *roots[ROOTS];
    struct segment *segment = segment_make_pages(TABLES * 512);
    map(inner, 0, &segment->object, 0, TABLES * LARGE_PAGE_SIZE, PERM_R | PERM_W);
    struct tree_counts *counts = CORE_OWN(tree_counts), start = *counts;
    uint64_t seen;
    for (int i = 0; i < ROOTS; i++) {
        roots[i] = root_make();
        map(roots[i], HERE, &inner->object, 0, TABLES * LARGE_PAGE_SIZE, PERM_R | PERM_W);
        check_equal(0, tree_load(roots[i]));
        for (uint64_t page = 0; page < PAGES; page++) {
            uint64_t address = HERE + spread(page), faults = 0;
            while (!probe_write(address, page)) {
                check_fault(0, roots[i], address, ACCESS_WRITE);
                check(++faults <= 2);
            }
            check(probe_read(address, &seen));
            check_equal(page, seen);
        }
    }
    check_equal(PAGES, counts->page_ins - start.page_ins);
    check(counts->link_faults - start.link_faults <= ROOTS * TABLES);
    for (int i = 0; i < ROOTS; i++)
        for (uint64_t table = 0; table < TABLES; table++)
            check_equal(directory_of(inner, table * LARGE_PAGE_SIZE) & ENTRY_ADDRESS,
                        directory_of(roots[i], HERE + table * LARGE_PAGE_SIZE) & ENTRY_ADDRESS);
    check_equal(0, tree_load(NULL));
    for (int i = 0; i < ROOTS; i++)
        object_drop(&roots[i]->object);
    object_drop(&inner->object);
    object_drop(&segment->object);
    check_share_books(before);
}

/* What another root faults in later is there without a fault of one's own. */
TEST(tree_link_shows_later_pages)
{
    struct tree *inner = inner_make(), *first = root_make(), *second = root_make();
    struct segment *segment = segment_make_pages(8);
    map(inner, 0, &segment->object, 0, 8 * PAGE_SIZE, PERM_R | PERM_W);
    map(first, HERE, &inner->object, 0, 2 * MIB, PERM_R | PERM_W);
    map(second, 2 * HERE, &inner->object, 0, 2 * MIB, PERM_R | PERM_W);
    check_fault(0, first, HERE, ACCESS_WRITE);
    check_fault(0, second, 2 * HERE, ACCESS_WRITE);
    check_fault(0, first, HERE + 5 * PAGE_SIZE, ACCESS_WRITE);
    check_equal(0, tree_load(second));
    check(probe_write(2 * HERE + 5 * PAGE_SIZE, 3));
    check_equal(3, word_read(segment, 5));
}

/* A link fault brings all tables that the inner tree has in this mapping and directory, and no table of its
 * neighbours. */
TEST(tree_link_brings_all_that_are_there)
{
    struct tree *inner = inner_make(), *first = root_make(), *second = root_make();
    struct segment *segment = segment_make_pages(8 * 512);
    map(inner, 0, &segment->object, 0, 16 * MIB, PERM_R | PERM_W);
    map(first, HERE, &inner->object, 0, 16 * MIB, PERM_R | PERM_W);
    map(second, HERE, &inner->object, 2 * MIB, 8 * MIB, PERM_R | PERM_W); /* tables 1 to 4 of it */
    check_fault(0, first, HERE, ACCESS_WRITE);
    check_fault(0, first, HERE + 4 * MIB, ACCESS_WRITE);
    check_fault(0, first, HERE + 8 * MIB, ACCESS_WRITE);
    check_fault(0, first, HERE + 14 * MIB, ACCESS_WRITE);
    struct tree_counts *counts = CORE_OWN(tree_counts), before = *counts;
    check_fault(0, second, HERE + 6 * MIB, ACCESS_READ); /* inner 8 MiB */
    check_equal(before.link_faults + 1, counts->link_faults);
    check_equal(before.page_ins, counts->page_ins);
    check_equal(before.late, counts->late); /* a link fault, and not counted twice */
    check_equal(directory_of(inner, 4 * MIB) & ENTRY_ADDRESS,
                directory_of(second, HERE + 2 * MIB) & ENTRY_ADDRESS);
    check_equal(0, directory_of(second, HERE));
    check_equal(0, directory_of(second, HERE - 2 * MIB));
    check_equal(0, directory_of(second, HERE + 8 * MIB));
    check_equal(0, directory_of(second, HERE + 12 * MIB));
}

/* The root that maps it R may not write, the one beside it may, whoever came first: the root's part stands in
 * the directory, the inner tree's in the table that all share. */
TEST(tree_link_narrows)
{
    struct tree *inner = inner_make(), *reader = root_make(), *editor = root_make(), *owner = root_make();
    struct segment *segment = segment_make_pages(3);
    map(inner, 0, &segment->object, 0, 3 * PAGE_SIZE, PERM_R | PERM_W | PERM_X);
    map(owner, HERE, &inner->object, 0, 2 * MIB, PERM_R | PERM_W | PERM_X);
    map(editor, HERE, &inner->object, 0, 2 * MIB, PERM_R | PERM_W);
    map(reader, HERE, &inner->object, 0, 2 * MIB, PERM_R);
    check_fault(0, owner, HERE, ACCESS_WRITE);
    check_fault(0, editor, HERE + PAGE_SIZE, ACCESS_WRITE);
    check_fault(0, reader, HERE + 2 * PAGE_SIZE, ACCESS_READ);
    uint64_t seen;
    check_equal(0, tree_load(reader));
    check(probe_read(HERE, &seen));
    check(!probe_write(HERE, 1));
    check(tree_translate(reader, HERE) & ENTRY_NO_EXEC);
    check_fault(E_FAULT, reader, HERE, ACCESS_WRITE);
    check_equal(0, tree_load(owner));
    for (uint64_t i = 0; i < 3; i++)
        check(!(tree_translate(owner, HERE + i * PAGE_SIZE) & ENTRY_NO_EXEC));
    check(probe_write(HERE, 2) && probe_write(HERE + PAGE_SIZE, 2));
}
