/* Given: mapping and unmapping by their rules, and what is left when there is no memory. */
#include "calls4.h"
#include "tree_test.h"

#define HERE (64 * MIB)

TEST(tree_map_rules)
{
    struct tree *root = root_make(), *other = root_make(), *inner = inner_make(), *second = inner_make();
    struct segment *segment = segment_make_pages(4);
    struct object *pages = &segment->object;
    struct share_books before = share_books_take();
    check_equal(E_INVAL, tree_map(root, HERE + 1, pages, 0, PAGE_SIZE, PERM_R));
    check_equal(E_INVAL, tree_map(root, HERE, pages, 512, PAGE_SIZE, PERM_R));
    check_equal(E_INVAL, tree_map(root, HERE, pages, 0, 0, PERM_R));
    check_equal(E_INVAL, tree_map(root, HERE, pages, 0, PAGE_SIZE, 0));
    check_equal(E_INVAL, tree_map(root, HERE, pages, 0, PAGE_SIZE, PERM_W));
    check_equal(E_INVAL, tree_map(root, HERE, pages, 0, PAGE_SIZE, PERM_R | 16));
    check_equal(E_INVAL, tree_map(root, USER_END, pages, 0, PAGE_SIZE, PERM_R));
    check_equal(E_INVAL, tree_map(root, USER_END - PAGE_SIZE, pages, 0, 2 * PAGE_SIZE, PERM_R));
    check_equal(E_INVAL, tree_map(root, -PAGE_SIZE, pages, 0, 2 * PAGE_SIZE, PERM_R));
    check_equal(E_INVAL, tree_map(root, HERE, pages, -PAGE_SIZE, 2 * PAGE_SIZE, PERM_R));
    check_equal(E_INVAL, tree_map(inner, INNER_BYTES_MOST, pages, 0, PAGE_SIZE, PERM_R));
    check_equal(E_INVAL, tree_map(root, HERE + PAGE_SIZE, &inner->object, 0, 2 * MIB, PERM_R));
    check_equal(E_INVAL, tree_map(root, HERE, &inner->object, PAGE_SIZE, 2 * MIB, PERM_R));
    check_equal(E_INVAL, tree_map(root, HERE, &inner->object, 0, MIB, PERM_R));
    check_equal(E_TYPE, tree_map(inner, 0, &second->object, 0, 2 * MIB, PERM_R));
    check_equal(E_TYPE, tree_map(inner, 0, &inner->object, 0, 2 * MIB, PERM_R));
    check_equal(E_TYPE, tree_map(root, HERE, &other->object, 0, 2 * MIB, PERM_R));
    check_share_books(before);

    map(root, HERE, pages, 0, 4 * PAGE_SIZE, PERM_R);
    check_equal(E_EXIST, tree_map(root, HERE + 3 * PAGE_SIZE, pages, 0, PAGE_SIZE, PERM_R));
    check_equal(E_EXIST, tree_map(root, HERE - PAGE_SIZE, pages, 0, 8 * PAGE_SIZE, PERM_R));
    map(root, HERE + 4 * PAGE_SIZE, pages, 0, PAGE_SIZE, PERM_R);
    map(root, USER_END - PAGE_SIZE, pages, 0, PAGE_SIZE, PERM_R);
    map(root, 2 * HERE, &inner->object, 0, 2 * MIB, PERM_R);
    check_equal(E_EXIST, tree_map(root, 3 * HERE, &inner->object, 2 * MIB, 2 * MIB, PERM_R));
    check_equal(E_INVAL, tree_unmap(root, 2 * HERE + MIB, MIB));
    check_equal(E_INVAL, tree_unmap(root, HERE, 0));
    check_equal(E_INVAL, tree_unmap(root, HERE + 5, PAGE_SIZE));
    check_equal(0, tree_unmap(root, 5 * HERE, PAGE_SIZE));
}

/* A mapping keeps what it shows alive, and only that. */
TEST(tree_map_holds)
{
    struct share_books before = share_books_take();
    struct tree *root = root_make(), *inner = inner_make();
    struct segment *segment = segment_make_pages(1);
    map(inner, 0, &segment->object, 0, PAGE_SIZE, PERM_R | PERM_W);
    map(root, HERE, &inner->object, 0, 2 * MIB, PERM_R | PERM_W);
    object_drop(&segment->object);
    object_drop(&inner->object);
    check_fault(0, root, HERE, ACCESS_WRITE);
    check_equal(segment, place_of(root, HERE).segment);
    object_drop(&root->object);
    check_share_books(before);
}

/* The end of a tree with many mappings crosses between batches, as object_drop does: nobody waits for all of it. */
TEST(tree_end_crosses)
{
    struct share_books before = share_books_take();
    struct tree *inner = inner_make();
    struct segment *segment = segment_make_pages(1);
    for (uint64_t i = 0; i < 3 * SHARE_BATCH; i++)
        map(inner, i * PAGE_SIZE, &segment->object, 0, PAGE_SIZE, PERM_R);
    object_drop(&segment->object);
    uint64_t where = core_this()->where;
    object_drop(&inner->object);
    check(core_this()->where >= where + 2 * WHERE_CROSSING);
    check_share_books(before);
}

static struct segment *
segment_in(struct tree *tree, uint64_t start)
{
    struct segment *segment = segment_make_pages(1);
    map(tree, start, &segment->object, 0, PAGE_SIZE, PERM_R);
    object_drop(&segment->object);
    return segment;
}

static void
check_public(bool expected, const struct segment *segment)
{
    check_equal(expected, object_is_public(&segment->object));
}

/* What a tree leads to is public before another core can find the tree: what it maps already, and what it will. */
TEST(tree_publish_reaches_all)
{
    struct share_books before = share_books_take();
    struct tree *root = root_make(), *inner = inner_make(), *later = inner_make();
    map(root, 2 * HERE, &inner->object, 0, 2 * MIB, PERM_R);
    struct segment *direct = segment_in(root, HERE), *within = segment_in(inner, PAGE_SIZE),
                   *below = segment_in(later, 0);
    check_public(false, direct);
    share_publish(&root->object);
    check(object_is_public(&root->object) && object_is_public(&inner->object));
    check_public(true, direct);
    check_public(true, within);
    check_public(false, below);
    check_public(true, segment_in(inner, 0));

    map(root, 3 * HERE, &later->object, 0, 2 * MIB, PERM_R);
    check(object_is_public(&later->object));
    check_public(true, below);
    check_equal(1, root->object.references);
    object_drop(&root->object);
    object_drop(&inner->object);
    object_drop(&later->object);
    check_share_books(before);
}

/* A tree of many mappings becomes public in batches, with crossings between: in a share, and in a root. */
TEST(tree_publish_crosses)
{
    struct tree *root = root_make(), *inner = inner_make();
    struct share *shared = share_make_in(1, NULL, 0);
    struct segment *last = NULL;
    share_publish(&shared->object);
    for (uint64_t i = 0; i < 3 * SHARE_BATCH; i++)
        last = segment_in(i % 2 ? root : inner, i * PAGE_SIZE);
    map(root, GIB, &inner->object, 0, 4 * MIB, PERM_R);
    uint64_t where = core_this()->where;
    check_equal(0, share_add(shared, &root->object, RIGHT_ALL));
    check_equal(3, (core_this()->where - where) / WHERE_CROSSING);
    check_public(true, last);
    check_equal(2, root->object.references);
    check_equal(1, shared->object.references);
}

/* A root runs on one core at a time, and cr3 leaves it before another core may have it. */
TEST(tree_load_one_core_at_a_time)
{
    struct tree *root = root_make();
    uint32_t other = test_add_core();
    check_equal(0, tree_load(root));
    test_as_core(other);
    check_equal(E_BUSY, tree_load(root));
    check(tree_current() == NULL);
    test_as_core(0);
    check_equal(0, tree_load(NULL));
    test_as_core(other);
    check_equal(0, tree_load(root));
    check_equal(other + 1, root->tenant);
}

/* --- calls ---------------------------------------------------------------------------------------------- */

static struct share *share;

/* Slot 1: a share with a limited account of its own. */
static uint64_t
calls_begin(void)
{
    share = share_make_in(1, NULL, 1000);
    return HANDLE(1, 0);
}

/* The k-th allocation fails, k rising until the call succeeds: an error each time, and nothing half done. */
static void
check_set_fails(unsigned number, const uint64_t arguments[6])
{
    struct tree *tree = CONTAINER_OF(share_find(arguments[0]).object, struct tree, object);
    struct share_books before = share_books_take();
    uint64_t spent = account_used(share->account), k = 0;
    for (;;) {
        allocation_fail_at(core_index(), ++k);
        int64_t value = call_number(number, arguments);
        allocation_fail_at(core_index(), 0);
        if (value == 0)
            break;
        check_equal(E_NOMEM, value);
        check_equal(NULL, mapping_first(tree, 0));
        check_equal(spent, account_used(share->account));
        check_share_books(before);
    }
    check(k > 1);
    check(mapping_first(tree, 0) != NULL);
}

TEST(at_set_seg_out_of_memory)
{
    uint64_t own = calls_begin();
    uint64_t root = call(at_alloc, own, TREE_ROOT, 0, MEMORY_HERE),
             segment = call(segment_alloc, own, 0, MEMORY_HERE);
    check_set_fails(CALL_NUMBER_at_set_seg,
                    (uint64_t[6]){root, HERE, segment, 0, PAGE_SIZE, PERM_R | PERM_W});
}

TEST(at_set_at_out_of_memory)
{
    uint64_t own = calls_begin();
    uint64_t root = call(at_alloc, own, TREE_ROOT, 0, MEMORY_HERE),
             inner = call(at_alloc, own, TREE_INNER, 0, MEMORY_HERE);
    check_set_fails(CALL_NUMBER_at_set_at, (uint64_t[6]){root, HERE, inner, 0, 2 * MIB, PERM_R | PERM_W});
}

/* Rights: W on the tree; on what is mapped those that the mapping gives. */
TEST(at_set_seg_rights)
{
    uint64_t own = calls_begin();
    uint64_t root = call(at_alloc, own, TREE_ROOT, 0, MEMORY_HERE),
             segment = call(segment_alloc, own, 0, MEMORY_HERE);
    struct share *narrow = share_make_in(2, NULL, 0);
    check_equal(0, share_add(narrow, share_find(root).object, RIGHT_R));
    check_equal(0, share_add(narrow, share_find(segment).object, RIGHT_R | RIGHT_X));
    uint64_t root2 = HANDLE(2, handle_id(root)), segment2 = HANDLE(2, handle_id(segment));
    check_equal(E_PERM, call(at_set_seg, root2, HERE, segment, 0, PAGE_SIZE, PERM_R));
    check_equal(E_PERM, call(at_unmap, root2, HERE, PAGE_SIZE));
    check_equal(E_PERM, call(at_set_seg, root, HERE, segment2, 0, PAGE_SIZE, PERM_R | PERM_W));
    check_equal(E_TYPE, call(at_set_seg, segment, HERE, root, 0, PAGE_SIZE, PERM_R));
    check_equal(E_TYPE, call(at_set_at, root, HERE, segment, 0, 2 * MIB, PERM_R));
    check_equal(E_INVAL, call(at_alloc, own, 2, 0, MEMORY_HERE));
    check_equal(0, call(at_set_seg, root, HERE, segment2, 0, PAGE_SIZE, PERM_R | PERM_X));
    struct mapping_entry list[2];
    check_equal(1, call(at_get, root2, (uint64_t)list, sizeof(list), 0));
    check_equal(HERE, list[0].start);
    check_equal(handle_id(segment), list[0].object);
    check_equal(PERM_R | PERM_X, list[0].perm);
    check_equal(0, call(at_get, root2, (uint64_t)list, sizeof(list), HERE + PAGE_SIZE));
    check_equal(0, call(at_unmap, root, HERE, PAGE_SIZE));
}
