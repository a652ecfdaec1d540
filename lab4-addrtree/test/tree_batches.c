/* What goes by batches (S6, tree_unmap): copies and ends of much memory. */
#include "tree_test.h"

#define HERE (1 * GIB)
#define MANY (3 * SEGMENT_BATCH)

/* A root that runs here, and has all pages of the segment writable at HERE. */
static struct tree *
root_with(struct segment *segment)
{
    struct tree *root = root_make();
    map(root, HERE, &segment->object, 0, segment->pages * PAGE_SIZE, PERM_R | PERM_W);
    check_equal(0, tree_load(root));
    for (uint64_t i = 0; i < segment->pages; i++) {
        check_fault(0, root, HERE + i * PAGE_SIZE, ACCESS_WRITE);
        check(probe_write(HERE + i * PAGE_SIZE, i));
    }
    return root;
}

static uint64_t
crossings_since(uint64_t where)
{
    return (core_this()->where - where) / WHERE_CROSSING;
}

/* W goes from all pages, in batches, each with a flush of its own, before the copy shares them. */
TEST(tree_copy_crosses)
{
    struct share_books before = share_books_take();
    struct segment *segment = segment_make_pages(MANY), *copy;
    struct tree *root = root_with(segment);
    uint64_t where = core_this()->where, flushes = CORE_OWN(tree_counts)->flushes;
    check_equal(0, segment_copy(segment, COPY_ON_WRITE, account_root, core_index(), "copy", &copy));
    check_equal(2, crossings_since(where));
    check_equal(flushes + MANY / SEGMENT_BATCH, CORE_OWN(tree_counts)->flushes);
    for (uint64_t i = 0; i < MANY; i += 7) {
        check(!probe_write(HERE + i * PAGE_SIZE, ~i));
        check_equal(i, word_read(copy, i));
    }
    check_equal(0, segment->copying);
    check_fault(0, root, HERE, ACCESS_WRITE);
    check(probe_write(HERE, 77));
    check_equal(0, word_read(copy, 0));

    core_order(core_index(), ORDER_HALT | core_this()->run << ORDER_RUN_SHIFT);
    check_equal(E_HALTED, segment_copy(segment, COPY_ON_WRITE, account_root, core_index(), "copy", &copy));
    check_equal(0, segment->copying);
    check_fault(0, root, HERE, ACCESS_WRITE);
    check(probe_write(HERE, 78));
    check_equal(0, tree_load(NULL));
    object_drop(&root->object);
    object_drop(&segment->object);
    object_drop(&copy->object);
    check_share_books(before);
}

/* While W is being taken away, no write fault brings it back; reads go on, and a write is tried again later. */
TEST(tree_copy_holds_writers_off)
{
    struct tree *root = root_make();
    struct segment *segment = segment_make_pages(2);
    map(root, HERE, &segment->object, 0, 2 * PAGE_SIZE, PERM_R | PERM_W);
    check_fault(0, root, HERE, ACCESS_READ);
    segment->copying = 1;
    check_fault(0, root, HERE, ACCESS_WRITE);
    check_fault(0, root, HERE + PAGE_SIZE, ACCESS_WRITE);
    check(!(tree_translate(root, HERE) & ENTRY_WRITE));
    check_equal(0, tree_translate(root, HERE + PAGE_SIZE));
    check_fault(0, root, HERE + PAGE_SIZE, ACCESS_READ);
    check(tree_translate(root, HERE + PAGE_SIZE) & ENTRY_PRESENT);
    segment->copying = 0;
    check_fault(0, root, HERE, ACCESS_WRITE);
    check(tree_translate(root, HERE) & ENTRY_WRITE);
}

/* One page in each of many leaf tables: unmapped by batches, and freed with the tree by batches. */
TEST(tree_unmap_crosses)
{
    struct share_books before = share_books_take();
    struct tree *root = root_make(), *inner = inner_make();
    struct segment *segment = segment_make_pages(200 * 512);
    uint64_t bytes = 200 * LARGE_PAGE_SIZE;
    map(root, HERE + PAGE_SIZE, &segment->object, PAGE_SIZE, bytes - PAGE_SIZE, PERM_R | PERM_W);
    map(inner, 0, &segment->object, 0, bytes, PERM_R | PERM_W);
    for (uint64_t i = 0; i < 200; i++)
        check_fault(0, root, HERE + i * LARGE_PAGE_SIZE + PAGE_SIZE, ACCESS_READ);
    map(root, 2 * GIB, &inner->object, 0, bytes, PERM_R | PERM_W);
    for (uint64_t i = 0; i < 200; i++)
        check_fault(0, root, 2 * GIB + i * LARGE_PAGE_SIZE, ACCESS_READ);

    uint64_t where = core_this()->where;
    check_equal(E_INVAL, tree_unmap(root, HERE, 2 * GIB - HERE + bytes / 2 + PAGE_SIZE));
    check_equal(0, crossings_since(where));
    check(tree_translate(root, HERE + PAGE_SIZE) != 0);
    uint64_t cut = HERE + bytes - LARGE_PAGE_SIZE;
    check_equal(0, tree_unmap(root, HERE, cut - HERE)); /* all but the last table */
    check_equal(3, crossings_since(where));
    check_equal(0, directory_of(root, HERE));
    check_equal(0, directory_of(root, cut - LARGE_PAGE_SIZE));
    check_equal(cut, mapping_first(root, 0)->start);
    check(tree_translate(root, cut + PAGE_SIZE) != 0);

    object_drop(&root->object);
    where = core_this()->where;
    object_drop(&inner->object);
    check(crossings_since(where) >= 1);
    object_drop(&segment->object);
    check_share_books(before);
}
