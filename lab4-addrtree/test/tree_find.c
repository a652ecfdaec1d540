/* Exercise 4.1: where an address leads. */
#include "tree_test.h"

/* Both offsets count: that of the segment in the tree, and that of the inner tree in the root. */
TEST(tree_find_offsets)
{
    struct tree *root = root_make(), *inner = inner_make();
    struct segment *segment = segment_make_pages(64);
    map(inner, 6 * MIB, &segment->object, 3 * PAGE_SIZE, 16 * PAGE_SIZE, PERM_R | PERM_W);
    map(root, 1 * GIB, &inner->object, 4 * MIB, 8 * MIB, PERM_R | PERM_W);
    map(root, 4 * MIB, &segment->object, 7 * PAGE_SIZE, 4 * PAGE_SIZE, PERM_R);

    struct place place = place_of(root, 4 * MIB + 2 * PAGE_SIZE + 5);
    check_equal(root, place.tree);
    check_equal(segment, place.segment);
    check_equal(9, place.index);
    check_equal(4 * MIB + 2 * PAGE_SIZE + 5, place.offset);

    place = place_of(root, 1 * GIB + 2 * MIB + 5 * PAGE_SIZE);
    check_equal(inner, place.tree);
    check_equal(segment, place.segment);
    check_equal(6 * MIB + 5 * PAGE_SIZE, place.offset);
    check_equal(8, place.index);
    check_equal(inner, CONTAINER_OF(place.root->object, struct tree, object));
    check_equal(segment, CONTAINER_OF(place.mapping->object, struct segment, object));
}

/* What is allowed is what both mappings allow, whichever of them is the narrower. */
TEST(tree_find_intersects)
{
    static const uint64_t perms[] = {PERM_R, PERM_R | PERM_W, PERM_R | PERM_X, PERM_R | PERM_W | PERM_X};
    struct segment *segment = segment_make_pages(1);
    for (unsigned i = 0; i < ARRAY_LENGTH(perms); i++)
        for (unsigned j = 0; j < ARRAY_LENGTH(perms); j++) {
            struct tree *root = root_make(), *inner = inner_make();
            map(inner, 0, &segment->object, 0, PAGE_SIZE, perms[i]);
            map(root, 2 * MIB, &inner->object, 0, 2 * MIB, perms[j]);
            check_equal(perms[i] & perms[j], place_of(root, 2 * MIB).perm);
            object_drop(&root->object);
            object_drop(&inner->object);
        }
}

/* Gaps lead nowhere: before, between and after, in the root and in the inner tree. */
TEST(tree_find_gaps)
{
    struct tree *root = root_make(), *inner = inner_make();
    struct segment *segment = segment_make_pages(8);
    map(inner, PAGE_SIZE, &segment->object, 0, PAGE_SIZE, PERM_R);
    map(root, 2 * MIB, &inner->object, 0, 2 * MIB, PERM_R);
    map(root, 8 * MIB, &segment->object, 0, PAGE_SIZE, PERM_R);
    struct place place;
    static const uint64_t nowhere[] = {
        0,           2 * MIB - 1,         2 * MIB,        2 * MIB + 2 * PAGE_SIZE,
        4 * MIB,     8 * MIB - 1,         8 * MIB + 4096, USER_END - 1,
        4 * MIB - 1, 2 * MIB + 8191 + 1ul};
    for (unsigned i = 0; i < ARRAY_LENGTH(nowhere); i++)
        check_equal(E_NOENT, tree_find(root, nowhere[i], &place));
    check_equal(0, tree_find(root, 2 * MIB + PAGE_SIZE, &place));
    check_equal(0, tree_find(root, 8 * MIB + 4095, &place));
}

#define MODEL_PAGES 128

/* Seeded maps and unmaps of pieces of one segment, beside an array that says which page stands where. */
TEST(tree_find_after_cuts)
{
    struct share_books before = share_books_take();
    struct tree *root = root_make();
    struct segment *segment = segment_make_pages(4096);
    static uint64_t model[MODEL_PAGES]; /* 0: nothing, else the segment's page + 1 */
    for (int round = 0; round < 400; round++) {
        uint64_t start = test_random() % MODEL_PAGES, pages = 1 + test_random() % (MODEL_PAGES - start);
        uint64_t index = test_random() % 2048;
        bool taken = false;
        for (uint64_t i = start; i < start + pages; i++)
            taken |= model[i] != 0;
        bool unmaps = taken && test_random() % 4 != 0;
        if (unmaps)
            check_equal(0, tree_unmap(root, start * PAGE_SIZE, pages * PAGE_SIZE));
        else
            check_equal(taken ? E_EXIST : 0, tree_map(root, start * PAGE_SIZE, &segment->object,
                                                      index * PAGE_SIZE, pages * PAGE_SIZE, PERM_R));
        for (uint64_t i = start; i < start + pages && (unmaps || !taken); i++)
            model[i] = unmaps ? 0 : index + (i - start) + 1;
        for (uint64_t i = 0; i < MODEL_PAGES; i++) {
            struct place place = place_of(root, i * PAGE_SIZE);
            check_equal(model[i], place.segment == NULL ? 0 : place.index + 1);
        }
    }
    object_drop(&root->object);
    object_drop(&segment->object);
    check_share_books(before);
}
