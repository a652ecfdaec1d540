/* Unmapping: mappings are taken out one by one, and cut where they reach beyond. */
#include "core.h"
#include "mapping.h"
#include "panic.h"

#define MAPPINGS_A_BATCH 512

/* The mapping that `border` would cut into two pieces, or null. */
static struct mapping *
mapping_across(struct tree *tree, uint64_t border)
{
    struct mapping *mapping = mapping_find(tree, border);
    return mapping != NULL && mapping->start < border ? mapping : NULL;
}

/* Makes the blank pieces that an unmap of [border[0], border[1]) will leave. */
static int
unmap_prepare(struct tree *tree, const uint64_t border[2], struct mapping *piece[2])
{
    int error = 0;
    ticket_lock(&tree->object.lock);
    for (int i = 0; i < 2 && !error; i++) {
        struct mapping *across = mapping_across(tree, border[i]);
        if (across != NULL && across->object->type == OBJECT_TREE && border[i] % LARGE_PAGE_SIZE != 0)
            error = E_INVAL;
        else if (across != NULL)
            error = mapping_create(tree, &piece[i]);
    }
    ticket_unlock(&tree->object.lock);
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
    piece->bytes = end - start;
    piece->offset = whole->offset + (start - whole->start);
    piece->perm = whole->perm;
    mapping_link(piece);
}

/* Takes the part within the borders out of a mapping; object and tree locked. E_AGAIN: a piece is missing. */
static int
unmap_part(struct tree *tree, struct mapping *mapping, const uint64_t border[2], struct mapping *piece[2])
{
    uint64_t start = maximum(mapping->start, border[0]), end = minimum(mapping_end(mapping), border[1]);
    bool before = mapping->start < start, after = end < mapping_end(mapping);
    if ((before && piece[0] == NULL) || (after && piece[1] == NULL))
        return E_AGAIN;
    if (before) {
        piece_link(piece[0], mapping, mapping->start, start);
        piece[0] = NULL;
    }
    if (after) {
        piece_link(piece[1], mapping, end, mapping_end(mapping));
        piece[1] = NULL;
    }
    mapping_unlink(mapping);
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
    ticket_lock(&object->lock);
    ticket_lock(&tree->object.lock);
    bool found = mapping_first(tree, border[0]) == mapping;
    if (found)
        *error = unmap_part(tree, mapping, border, piece);
    ticket_unlock(&tree->object.lock);
    ticket_unlock(&object->lock);
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

int
tree_unmap(struct tree *tree, uint64_t start, uint64_t bytes)
{
    if (!range_is_good(start, bytes, PAGE_SIZE, tree_limit(tree)))
        return E_INVAL;
    struct mapping *piece[2] = {NULL, NULL};
    const uint64_t border[2] = {start, start + bytes};
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
