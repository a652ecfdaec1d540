/* Exercise 4.2: from a fault to an entry. */
#include "tree_test.h"

#define HERE (16 * MIB)

static bool
page_is_shared_at(struct segment *segment, uint64_t index)
{
    struct page *page;
    queue_lock(&segment->object.lock);
    check_equal(0, segment_page(segment, index, ACCESS_READ, &page));
    queue_unlock(&segment->object.lock);
    return page_is_shared(page);
}

/* A page that source and copy share is entered without W, and reading leaves it shared; only a write breaks
 * the copy, and the other side goes on seeing what it saw. */
TEST(fault_read_sets_no_w)
{
    struct tree *root = root_make();
    struct segment *source = segment_make_pages(1), *copy;
    word_write(source, 0, 11);
    check_equal(0, segment_copy(source, COPY_ON_WRITE, account_root, core_index(), "copy", &copy));
    map(root, HERE, &source->object, 0, PAGE_SIZE, PERM_R | PERM_W);
    check_equal(0, tree_load(root));

    uint64_t seen;
    check_fault(0, root, HERE, ACCESS_READ);
    check(probe_read(HERE, &seen));
    check_equal(11, seen);
    check(page_is_shared_at(source, 0));
    check(!probe_write(HERE, 22));

    check_fault(0, root, HERE, ACCESS_WRITE);
    check(probe_write(HERE, 22));
    check_equal(22, word_read(source, 0));
    check_equal(11, word_read(copy, 0));
}

/* A page that was writable loses W when its segment is copied, at once, also in the TLB. */
TEST(fault_copy_takes_w_away)
{
    struct tree *root = root_make();
    struct segment *source = segment_make_pages(1), *copy;
    map(root, HERE, &source->object, 0, PAGE_SIZE, PERM_R | PERM_W);
    check_equal(0, tree_load(root));
    check_fault(0, root, HERE, ACCESS_WRITE);
    check(probe_write(HERE, 1));
    check_equal(0, segment_copy(source, COPY_ON_WRITE, account_root, core_index(), "copy", &copy));
    check(!probe_write(HERE, 2));
    check_fault(0, root, HERE, ACCESS_WRITE);
    check(probe_write(HERE, 3));
    check_equal(1, word_read(copy, 0));
}

/* After a copy was broken, every other mapping of the segment shows the new page, not the one that the copy
 * kept. */
TEST(fault_broken_copy_shows_everywhere)
{
    struct tree *root = root_make();
    struct segment *source = segment_make_pages(1), *copy;
    word_write(source, 0, 1);
    map(root, HERE, &source->object, 0, PAGE_SIZE, PERM_R | PERM_W);
    map(root, HERE + 4 * MIB, &source->object, 0, PAGE_SIZE, PERM_R);
    check_equal(0, segment_copy(source, COPY_ON_WRITE, account_root, core_index(), "copy", &copy));
    check_equal(0, tree_load(root));
    uint64_t seen;
    check_fault(0, root, HERE + 4 * MIB, ACCESS_READ);
    check(probe_read(HERE + 4 * MIB, &seen));
    check_fault(0, root, HERE, ACCESS_WRITE);
    check(probe_write(HERE, 2));
    if (!probe_read(HERE + 4 * MIB, &seen)) {
        check_fault(0, root, HERE + 4 * MIB, ACCESS_READ);
        check(probe_read(HERE + 4 * MIB, &seen));
    }
    check_equal(2, seen);
}

static struct segment *broken;
static struct page *shared_page;
static struct tree *showing;
static uint64_t flushes_before;

static void
watch_count(void)
{
    if (shared_page->references == 2)
        return;
    check_equal(0, tree_translate(showing, HERE));
    check(CORE_OWN(tree_counts)->flushes != flushes_before);
}

static void
break_copy(__attribute__((unused)) void *argument)
{
    word_write(broken, 0, 2);
}

/* One instruction at a time: when the count of the shared page falls, and the other owner may take it for its own, no
 * table shows it any more for us, and no TLB. */
TEST(fault_broken_copy_clears_first)
{
    struct segment *copy;
    showing = root_make();
    broken = segment_make_pages(1);
    word_write(broken, 0, 1);
    map(showing, HERE, &broken->object, 0, PAGE_SIZE, PERM_R);
    check_equal(0, segment_copy(broken, COPY_ON_WRITE, account_root, core_index(), "copy", &copy));
    check_equal(0, tree_load(showing));
    check_fault(0, showing, HERE, ACCESS_READ);
    shared_page = page_there(copy, 0);
    check_equal(2, shared_page->references);
    flushes_before = CORE_OWN(tree_counts)->flushes;
    check(step_through(break_copy, NULL, watch_count) > 100);
    check_equal(1, shared_page->references);
    check_equal(flushes_before + 1, CORE_OWN(tree_counts)->flushes);
}

/* However many mappings show a segment, a change of it is one flush. */
TEST(fault_change_is_one_flush)
{
    struct tree *root = root_make(), *inner = inner_make();
    struct segment *segment = segment_make_pages(4), *copy;
    for (uint64_t i = 0; i < 4; i++)
        map(root, HERE + 2 * i * MIB, &segment->object, 0, 4 * PAGE_SIZE, PERM_R | PERM_W);
    map(inner, 0, &segment->object, 0, 4 * PAGE_SIZE, PERM_R | PERM_W);
    map(root, 1 * GIB, &inner->object, 0, 2 * MIB, PERM_R | PERM_W);
    check_equal(0, tree_load(root));
    for (uint64_t i = 0; i < 4; i++)
        check_fault(0, root, HERE + 2 * i * MIB, ACCESS_WRITE);
    check_fault(0, root, 1 * GIB, ACCESS_WRITE);
    uint64_t before = CORE_OWN(tree_counts)->flushes;
    check_equal(0, segment_copy(segment, COPY_ON_WRITE, account_root, core_index(), "copy", &copy));
    check_equal(before + 1, CORE_OWN(tree_counts)->flushes);
    check_fault(0, root, HERE, ACCESS_WRITE); /* the other four are cleared */
    check_equal(before + 2, CORE_OWN(tree_counts)->flushes);
    check_equal(0, tree_translate(root, 1 * GIB));
    check_equal(0, segment_set_pages(segment, 2)); /* none shows what is cut off */
    check_equal(before + 2, CORE_OWN(tree_counts)->flushes);
}

static struct segment *unmapped;
static uint64_t steps, unmap_at;
static bool locked;

static void
overtake(void)
{
    locked |= unmapped->object.lock.word != 0;
    if (steps++ == unmap_at && !locked)
        check_equal(0, tree_unmap(showing, HERE, PAGE_SIZE));
}

static void
fault_here(__attribute__((unused)) void *argument)
{
    int error = tree_fault(showing, HERE, ACCESS_WRITE, false);
    check(error == 0 || error == E_FAULT);
}

/* The mapping goes while the fault is on its way to the segment's lock, at each instruction in turn: what it has found
 * is gone by then, and nothing is entered. */
TEST(fault_overtaken_by_unmap)
{
    showing = root_make();
    unmapped = segment_make_pages(1);
    share_publish(&showing->object);
    for (unmap_at = 0;; unmap_at++) {
        map(showing, HERE, &unmapped->object, 0, PAGE_SIZE, PERM_R | PERM_W);
        steps = 0;
        locked = false;
        step_through(fault_here, NULL, overtake);
        check(steps > unmap_at);
        if (place_of(showing, HERE).segment != NULL)
            break; /* by then it had the lock */
        check_equal(0, tree_translate(showing, HERE));
        test_cross();
    }
    check(unmap_at > 30);
    check(tree_translate(showing, HERE) & ENTRY_WRITE);
}

/* What the permissions forbid is refused before anything is touched: no copy broken, no page made, no table. */
TEST(fault_denied_touches_nothing)
{
    struct tree *root = root_make(), *inner = inner_make();
    struct segment *source = segment_make_pages(2), *copy;
    word_write(source, 0, 5);
    check_equal(0, segment_copy(source, COPY_ON_WRITE, account_root, core_index(), "copy", &copy));
    map(inner, 0, &source->object, 0, 2 * PAGE_SIZE, PERM_R | PERM_W);
    map(root, HERE, &inner->object, 0, 2 * MIB, PERM_R);
    struct share_books before = share_books_take();
    check_fault(E_FAULT, root, HERE, ACCESS_WRITE);
    check_fault(E_FAULT, root, HERE + PAGE_SIZE, ACCESS_WRITE);
    check_equal(E_FAULT, tree_fault(root, HERE, ACCESS_READ, true));
    check_share_books(before);
    check(page_is_shared_at(source, 0));
}

TEST(fault_beyond_the_end)
{
    struct tree *root = root_make();
    struct segment *segment = segment_make_pages(2);
    map(root, HERE, &segment->object, PAGE_SIZE, 4 * PAGE_SIZE, PERM_R | PERM_W);
    check_fault(0, root, HERE, ACCESS_WRITE);
    struct share_books before = share_books_take();
    check_fault(E_FAULT, root, HERE + PAGE_SIZE, ACCESS_READ);
    check_fault(E_FAULT, root, HERE + 4 * PAGE_SIZE, ACCESS_READ);
    check_share_books(before);
    check_equal(0, segment_set_pages(segment, 3)); /* a longer segment: the same address is there */
    check_fault(0, root, HERE + PAGE_SIZE, ACCESS_READ);
}

/* A shorter one: its pages leave the tables, and the TLB, at once; grown again, it shows zeros. */
TEST(fault_after_shrinking)
{
    struct tree *root = root_make();
    struct segment *segment = segment_make_pages(2);
    map(root, HERE, &segment->object, 0, 2 * PAGE_SIZE, PERM_R | PERM_W);
    check_equal(0, tree_load(root));
    uint64_t seen;
    for (int i = 0; i < 2; i++) {
        check_fault(0, root, HERE + i * PAGE_SIZE, ACCESS_WRITE);
        check(probe_write(HERE + i * PAGE_SIZE, 9));
    }
    check_equal(0, segment_set_pages(segment, 1));
    check(probe_read(HERE, &seen));
    check(!probe_read(HERE + PAGE_SIZE, &seen));
    check_equal(0, segment_set_pages(segment, 2));
    check_fault(0, root, HERE + PAGE_SIZE, ACCESS_READ);
    check(probe_read(HERE + PAGE_SIZE, &seen));
    check_equal(0, seen);
}

/* Where the table is there and linked, a fault takes no lock that other segments' faults take. */
TEST(fault_takes_no_tree_lock)
{
    struct tree *root = root_make(), *inner = inner_make();
    struct segment *segment = segment_make_pages(8);
    map(inner, 0, &segment->object, 0, 8 * PAGE_SIZE, PERM_R | PERM_W);
    map(root, 1 * GIB, &inner->object, 0, 2 * MIB, PERM_R | PERM_W);
    map(root, HERE, &segment->object, 0, 8 * PAGE_SIZE, PERM_R | PERM_W);
    check_fault(0, root, HERE, ACCESS_READ);
    check_fault(0, root, 1 * GIB, ACCESS_READ);
    queue_lock(&root->object.lock); /* who takes it once more panics */
    queue_lock(&inner->object.lock);
    for (uint64_t i = 1; i < 8; i++) {
        check_fault(0, root, HERE + i * PAGE_SIZE, i % 2 ? ACCESS_READ : ACCESS_WRITE);
        check_fault(0, root, 1 * GIB + i * PAGE_SIZE, i % 3 ? ACCESS_READ : ACCESS_WRITE);
        check(tree_translate(root, 1 * GIB + i * PAGE_SIZE) & ENTRY_PRESENT);
    }
    queue_unlock(&inner->object.lock);
    queue_unlock(&root->object.lock);
}

/* Faults are counted as what they were: a page that came, one that had come, a right that was added. */
TEST(fault_counts)
{
    struct tree *root = root_make();
    struct segment *segment = segment_make_pages(2);
    struct tree_counts *counts = CORE_OWN(tree_counts), before = *counts;
    map(root, HERE, &segment->object, 0, 2 * PAGE_SIZE, PERM_R | PERM_W);
    check_fault(0, root, HERE, ACCESS_READ);
    check_equal(before.page_ins + 1, counts->page_ins);
    check_equal(before.late, counts->late);
    check_fault(0, root, HERE, ACCESS_WRITE); /* adds W */
    check_equal(before.late, counts->late);
    check_fault(0, root, HERE, ACCESS_WRITE); /* stale */
    check_fault(0, root, HERE, ACCESS_READ);
    check_equal(before.late + 2, counts->late);
    check_equal(before.page_ins + 1, counts->page_ins);
    check(tree_translate(root, HERE) & ENTRY_WRITE); /* and the read has not taken it away */
}

/* The k-th allocation fails, k rising: an error, and the fault works when it is tried again; nothing leaks. */
TEST(fault_out_of_memory)
{
    struct share_books before = share_books_take();
    uint64_t k = 0;
    int error = E_NOMEM;
    while (error) {
        struct tree *root = root_make(), *inner = inner_make();
        struct segment *segment = segment_make_pages(1000);
        map(inner, 4 * MIB, &segment->object, 0, 1000 * PAGE_SIZE, PERM_R | PERM_W);
        map(root, 1 * GIB, &inner->object, 0, 64 * MIB, PERM_R | PERM_W);
        allocation_fail_at(core_index(), ++k);
        error = tree_fault(root, 1 * GIB + 4 * MIB + 600 * PAGE_SIZE, ACCESS_WRITE, false);
        allocation_fail_at(core_index(), 0);
        check(error == 0 || error == E_NOMEM);
        check_fault(0, root, 1 * GIB + 4 * MIB + 600 * PAGE_SIZE, ACCESS_WRITE);
        object_drop(&root->object);
        object_drop(&inner->object);
        object_drop(&segment->object);
        check_share_books(before);
    }
    check(k > 5); /* pages, nodes and tables on the way: each has failed once */
}
