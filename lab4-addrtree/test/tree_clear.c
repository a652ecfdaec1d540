/* Exercise 4.4: clear, flush, free. */
#include "tree_test.h"

#define HERE (32 * MIB)

/* A root that runs here, and has one page of a segment writable at HERE, in the TLB as well. */
static struct tree *
root_with_page(struct segment *segment)
{
    struct tree *root = root_make();
    map(root, HERE, &segment->object, 0, segment->pages * PAGE_SIZE, PERM_R | PERM_W);
    check_equal(0, tree_load(root));
    check_fault(0, root, HERE, ACCESS_WRITE);
    check(probe_write(HERE, 7));
    return root;
}

/* A translation that the processor remembers must not outlive the mapping: not for reading, not for writing. */
TEST(tree_clear_leaves_nothing_in_the_tlb)
{
    struct segment *segment = segment_make_pages(4);
    struct tree *root = root_with_page(segment);
    uint64_t seen;
    check_fault(0, root, HERE + PAGE_SIZE, ACCESS_WRITE);
    check(probe_write(HERE + PAGE_SIZE, 8));
    check_equal(0, tree_unmap(root, HERE, PAGE_SIZE)); /* the table stays */
    check(!probe_read(HERE, &seen));
    check(!probe_write(HERE, 9));
    check(probe_read(HERE + PAGE_SIZE, &seen));            /* its neighbour is none of its business */
    check_equal(0, tree_unmap(root, HERE, 4 * PAGE_SIZE)); /* the table goes */
    check(!probe_read(HERE + PAGE_SIZE, &seen));
    check_fault(E_FAULT, root, HERE, ACCESS_READ);
    check_equal(7, word_read(segment, 0));
}

static struct tree *stepped;
static struct page *table;
static uint64_t flushes_before;

static void
watch_table(void)
{
    bool flushed = CORE_OWN(tree_counts)->flushes != flushes_before;
    bool cleared = (directory_of(stepped, HERE) & ENTRY_PRESENT) == 0;
    check(cleared || !flushed);                 /* flushed first: a walker may load the entry again */
    check(table->kind != PAGE_FREE || flushed); /* freed first: a walker may still use the table */
}

static void
unmap_stepped(__attribute__((unused)) void *argument)
{
    check_equal(0, tree_unmap(stepped, HERE, 4 * PAGE_SIZE));
}

/* One instruction at a time: the entry is cleared before the flush, and the table is free only after it. */
TEST(tree_clear_order)
{
    struct segment *segment = segment_make_pages(4);
    stepped = root_with_page(segment);
    table = page_at(directory_of(stepped, HERE) & ENTRY_ADDRESS);
    flushes_before = CORE_OWN(tree_counts)->flushes;
    check(step_through(unmap_stepped, NULL, watch_table) > 100);
    check_equal(PAGE_FREE, table->kind);
    check_equal(flushes_before + 1, CORE_OWN(tree_counts)->flushes);
}

/* A leaf table goes with the last mapping in its 2 MiB, and not before. */
TEST(tree_clear_frees_what_nobody_needs)
{
    struct share_books before = share_books_take();
    struct tree *root = root_make();
    struct segment *segment = segment_make_pages(8);
    map(root, HERE, &segment->object, 0, 4 * PAGE_SIZE, PERM_R | PERM_W);
    map(root, HERE + MIB, &segment->object, 0, 4 * PAGE_SIZE, PERM_R | PERM_W);
    check_fault(0, root, HERE, ACCESS_WRITE);
    check_fault(0, root, HERE + MIB, ACCESS_WRITE);
    paddr_t leaf = directory_of(root, HERE) & ENTRY_ADDRESS;
    check_equal(0, tree_unmap(root, HERE, 4 * PAGE_SIZE));
    check_equal(leaf, directory_of(root, HERE) & ENTRY_ADDRESS);
    check(tree_translate(root, HERE + MIB) != 0);
    check_equal(0, tree_unmap(root, HERE + MIB + PAGE_SIZE, 3 * PAGE_SIZE));
    check(tree_translate(root, HERE + MIB) != 0);
    check_equal(0, tree_unmap(root, HERE + MIB, PAGE_SIZE));
    check_equal(0, directory_of(root, HERE));
    check_equal(PAGE_FREE, page_at(leaf)->kind);
    object_drop(&root->object);
    object_drop(&segment->object);
    check_share_books(before);
}

/* A root that unmaps an inner tree gives back what it borrowed; the table is the inner tree's, and others go
 * on using it. */
TEST(tree_clear_keeps_what_is_lent)
{
    struct share_books before = share_books_take();
    struct tree *inner = inner_make(), *first = root_make(), *second = root_make();
    struct segment *segment = segment_make_pages(4);
    map(inner, 0, &segment->object, 0, 4 * PAGE_SIZE, PERM_R | PERM_W);
    map(first, HERE, &inner->object, 0, 2 * MIB, PERM_R | PERM_W);
    map(second, HERE, &inner->object, 0, 2 * MIB, PERM_R | PERM_W);
    check_fault(0, first, HERE, ACCESS_WRITE);
    check_fault(0, second, HERE, ACCESS_WRITE);
    struct page *lent = page_at(directory_of(inner, 0) & ENTRY_ADDRESS);
    check_equal(3, lent->references);

    check_equal(0, tree_load(second));
    check(probe_write(HERE, 5));
    check_equal(0, tree_unmap(first, HERE, 2 * MIB));
    check_equal(0, tree_translate(first, HERE));
    check_equal(2, lent->references);
    uint64_t seen;
    check(probe_read(HERE, &seen));
    check_equal(5, seen);
    check_equal(0, tree_load(NULL));
    object_drop(&second->object);
    check_equal(1, lent->references);
    check(lent->kind == PAGE_TABLE);
    object_drop(&first->object);
    object_drop(&inner->object);
    object_drop(&segment->object);
    check_share_books(before);
}

/* An inner tree that unmaps a page, or a whole table, takes it from all roots that borrow it, running or not. */
TEST(tree_clear_reaches_all_roots)
{
    struct tree *inner = inner_make(), *roots[3];
    struct segment *segment = segment_make_pages(4);
    map(inner, 2 * MIB, &segment->object, 0, 4 * PAGE_SIZE, PERM_R | PERM_W);
    for (int i = 0; i < 3; i++) {
        roots[i] = root_make();
        map(roots[i], (i + 1) * HERE, &inner->object, 0, 4 * MIB, PERM_R | PERM_W);
        check_fault(0, roots[i], (i + 1) * HERE + 2 * MIB, ACCESS_WRITE);
        check_fault(0, roots[i], (i + 1) * HERE + 2 * MIB + PAGE_SIZE, ACCESS_WRITE);
    }
    uint64_t seen;
    check_equal(0, tree_load(roots[2]));
    check(probe_read(3 * HERE + 2 * MIB, &seen));
    check_equal(0, tree_unmap(inner, 2 * MIB, PAGE_SIZE));
    check(!probe_read(3 * HERE + 2 * MIB, &seen));
    check(probe_read(3 * HERE + 2 * MIB + PAGE_SIZE, &seen));
    check_equal(0, tree_unmap(inner, 2 * MIB, 2 * MIB));
    check(!probe_read(3 * HERE + 2 * MIB + PAGE_SIZE, &seen));
    for (int i = 0; i < 3; i++)
        check_equal(0, directory_of(roots[i], (i + 1) * HERE + 2 * MIB));
}

/* A page that has left one place shows nothing of itself there when the address is used again. */
TEST(tree_clear_then_other_page)
{
    struct segment *segment = segment_make_pages(1), *other = segment_make_pages(1);
    struct tree *root = root_with_page(segment);
    word_write(other, 0, 77);
    check_equal(0, tree_unmap(root, HERE, PAGE_SIZE));
    map(root, HERE, &other->object, 0, PAGE_SIZE, PERM_R);
    check_fault(0, root, HERE, ACCESS_READ);
    uint64_t seen;
    check(probe_read(HERE, &seen));
    check_equal(77, seen);
    check(!probe_write(HERE, 1));
}
