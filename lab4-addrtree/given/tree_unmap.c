/* Unmapping: mappings are taken out one by one, and cut where they reach beyond. */
#include "core.h"
#include "mapping.h"
#include "panic.h"

#define MAPPINGS_A_BATCH 512
#define TABLES_A_BATCH   64 /* to look through them takes about as long as to copy 512 pages */

/* The mapping that `border` would cut into two pieces, or null. */
static struct mapping *
mapping_across(struct tree *tree, uint64_t border)
{
    struct mapping *mapping = mapping_find(tree, border);
    return mapping != NULL && mapping->start < border ? mapping : NULL;
}

/* Whether an inner tree's mapping would be cut between two leaf tables. */
static bool
cuts_table(const struct mapping *mapping, uint64_t border)
{
    return mapping != NULL && mapping->object->type == OBJECT_TREE && border % LARGE_PAGE_SIZE != 0;
}

/* Makes the blank pieces that an unmap of [border[0], border[1]) will leave. */
static int
unmap_prepare(struct tree *tree, const uint64_t border[2], struct mapping *piece[2])
{
    int error = 0;
    for (int i = 0; i < 2 && !error; i++)
        if (mapping_across(tree, border[i]) != NULL)
            error = mapping_create(tree, &piece[i]);
    return error;
}

/* Enters the piece [start, end) of a mapping that is about to be taken out. */
static void
piece_link(struct mapping *piece, const struct mapping *whole, uint64_t start, uint64_t end)
{
    bool held = object_hold(whole->object); /* the whole one still has its reference */
    assert(held);
    piece->object = whole->object;
    piece->start = start;
    piece->end = end;
    piece->offset = whole->offset + (start - whole->start);
    piece->perm = whole->perm;
    mapping_link(piece);
}

/* Takes the part within the borders out of a mapping; object and tree locked. E_AGAIN: another core has mapped across a
 * border since the pieces were made. */
static int
unmap_part(struct tree *tree, struct mapping *mapping, const uint64_t border[2], struct mapping *piece[2])
{
    uint64_t start = maximum(mapping->start, border[0]), end = minimum(mapping->end, border[1]);
    bool before = mapping->start < start, after = end < mapping->end;
    if ((before && (piece[0] == NULL || cuts_table(mapping, start))) ||
        (after && (piece[1] == NULL || cuts_table(mapping, end))))
        return E_AGAIN;
    if (before) {
        piece_link(piece[0], mapping, mapping->start, start);
        piece[0] = NULL;
    }
    if (after) {
        piece_link(piece[1], mapping, end, mapping->end);
        piece[1] = NULL;
    }
    mapping_unlink(mapping);
    /* A dead tree's own tables go as a whole (tree_destroy). */
    if (!object_is_dead(&tree->object) || mapping->object->type == OBJECT_TREE)
        tree_clear(tree, start, end - start);
    return 0;
}

/* Its object's lock comes before the tree's; the grace period keeps what was found without a lock. False:
 * somebody else has taken this one out; otherwise as unmap_part, in *error. */
static bool
unmap_one(struct tree *tree, struct mapping *mapping, const uint64_t border[2], struct mapping *piece[2],
          int *error)
{
    struct object *object = mapping->object;
    queue_lock(&object->lock);
    queue_lock(&tree->object.lock);
    bool found = mapping_first(tree, border[0]) == mapping;
    if (found)
        *error = unmap_part(tree, mapping, border, piece);
    queue_unlock(&tree->object.lock);
    queue_unlock(&object->lock);
    if (found && *error == 0) {
        mapping_retire(mapping, object_is_public(&tree->object));
        object_drop(object);
    }
    return found;
}

int
mappings_cut(struct tree *tree, const uint64_t border[2], struct mapping *piece[2])
{
    int error = 0;
    for (int count = 0; count < MAPPINGS_A_BATCH && error == 0;) {
        struct mapping *mapping = mapping_first(tree, border[0]);
        if (mapping == NULL || mapping->start >= border[1])
            return 0;
        count += unmap_one(tree, mapping, border, piece, &error);
    }
    return error ? error : 1;
}

/* Where a batch of an unmap of [start, end) ends: behind so many leaf tables. */
static uint64_t
batch_end(struct tree *tree, uint64_t start, uint64_t end)
{
    uint64_t slot = round_down(start, LARGE_PAGE_SIZE);
    for (unsigned tables = 0; tables < TABLES_A_BATCH; tables++, slot += LARGE_PAGE_SIZE)
        if (tree_next_table(tree, &slot, end) == NULL)
            return end;
    return minimum(slot, end);
}

/* Unmaps what lies within the borders, which have not too many leaf tables between them. */
static int
unmap_batch(struct tree *tree, const uint64_t border[2])
{
    struct mapping *piece[2] = {NULL, NULL};
    int result = unmap_prepare(tree, border, piece);
    if (result == 0)
        while ((result = mappings_cut(tree, border, piece)) > 0)
            if ((result = core_pass()) < 0)
                break;
    for (int i = 0; i < 2; i++)
        if (piece[i] != NULL)
            mapping_free(piece[i]);
    return result;
}

int
tree_unmap(struct tree *tree, uint64_t start, uint64_t bytes)
{
    uint64_t end = start + bytes;
    if (!range_is_good(start, bytes, PAGE_SIZE, tree_limit(tree)) ||
        cuts_table(mapping_across(tree, start), start) || cuts_table(mapping_across(tree, end), end))
        return E_INVAL;
    int error = 0;
    while (!error) {
        uint64_t border[2] = {start, batch_end(tree, start, end)};
        error = unmap_batch(tree, border);
        start = border[1];
        if (start == end)
            break;
        if (!error)
            error = core_pass();
    }
    return error;
}
