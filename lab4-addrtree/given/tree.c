/* Address trees as objects: made, filled with mappings, and taken apart. */
#include "tree.h"

#include "mapping.h"
#include "panic.h"
#include "share.h"
#include "string.h"

/* --- making --------------------------------------------------------------------------------------------- */

int
tree_create(bool inner, struct account *account, uint32_t home, const char *name, struct tree **out)
{
    struct object *object;
    int error = account_charge(account, PAGE_SIZE);
    if (error)
        return error;
    struct page *top = page_alloc_zeroed(home, PAGE_TABLE);
    error =
        top == NULL ? E_NOMEM : object_create(OBJECT_TREE, sizeof(struct tree), account, home, name, &object);
    if (error) {
        if (top != NULL)
            page_free(top);
        account_refund(account, PAGE_SIZE);
        return error;
    }
    if (!inner) { /* the kernel's half is the same in all, for ever */
        size_t half = TABLE_SLOTS / 2;
        memcpy((uint64_t *)page_bytes(top) + half, kernel_root + half, PAGE_SIZE / 2);
    }
    struct tree *tree = CONTAINER_OF(object, struct tree, object);
    tree->inner = inner;
    tree->top = top;
    tree->account = account;
    *out = tree;
    return 0;
}

/* --- mapping -------------------------------------------------------------------------------------------- */

static int
map_check(const struct tree *tree, uint64_t start, const struct object *object, uint64_t offset,
          uint64_t bytes, uint64_t perm)
{
    bool shows_tree = object->type == OBJECT_TREE;
    if (shows_tree && (tree->inner || !CONTAINER_OF(object, struct tree, object)->inner))
        return E_TYPE;
    uint64_t unit = shows_tree ? LARGE_PAGE_SIZE : PAGE_SIZE;
    uint64_t most = shows_tree ? INNER_BYTES_MOST : SEGMENT_PAGES_MOST * PAGE_SIZE;
    bool good = range_is_good(start, bytes, unit, tree_limit(tree)) &&
                range_is_good(offset, bytes, unit, most) && (perm & PERM_R) && !(perm & ~(uint64_t)PERM_ALL);
    if (good && (perm & PERM_W) && !shows_tree &&
        (CONTAINER_OF(object, struct segment, object)->flags &
         SEGMENT_READ_ONLY)) /* constant once it is made */
        return E_PERM;
    return good ? 0 : E_INVAL;
}

/* Whether something is in the way; both locked. */
static int
map_conflict(struct tree *tree, struct object *object, uint64_t start, uint64_t bytes)
{
    if (object_is_dead(&tree->object))
        return E_NOENT;
    struct mapping *next = mapping_first(tree, start);
    if (next != NULL && next->start < start + bytes)
        return E_EXIST;
    if (object->type == OBJECT_TREE)
        for (struct mapping *shown = *mapping_shown(object); shown != NULL; shown = shown->next_shown)
            if (shown->tree == tree)
                return E_EXIST;
    return object_hold(object) ? 0 : E_NOENT;
}

static int
map_checked(struct tree *tree, uint64_t start, struct object *object, uint64_t offset, uint64_t bytes,
            uint64_t perm)
{
    struct mapping *mapping;
    int error = mapping_create(tree, &mapping);
    if (error)
        return error;
    mapping->object = object;
    mapping->start = start;
    mapping->end = start + bytes;
    mapping->offset = offset;
    mapping->perm = perm;

    queue_lock(&object->lock);
    queue_lock(&tree->object.lock);
    error = map_conflict(tree, object, start, bytes);
    if (!error)
        mapping_link(mapping);
    queue_unlock(&tree->object.lock);
    queue_unlock(&object->lock);
    if (error)
        mapping_free(mapping);
    return error;
}

int
tree_map(struct tree *tree, uint64_t start, struct object *object, uint64_t offset, uint64_t bytes,
         uint64_t perm)
{
    int error = map_check(tree, start, object, offset, bytes, perm);
    /* As in share_add: a private tree becomes public by its own core alone, and publishing may cross. */
    bool publishes = object_is_public(&tree->object) && !object_is_public(object);
    if (error || !publishes)
        return error ? error : map_checked(tree, start, object, offset, bytes, perm);
    if (!object_hold(&tree->object))
        return E_NOENT;
    share_publish(object);
    error = map_checked(tree, start, object, offset, bytes, perm);
    object_drop(&tree->object);
    return error;
}

/* --- the end -------------------------------------------------------------------------------------------- */

/* Frees a table and all below it; crosses after each directory of leaf tables. No core runs on the tree any more, and
 * nothing is borrowed, so there is nothing to flush. */
static void
tables_free(struct tree *tree, struct page *table, unsigned level, size_t slots)
{
    const uint64_t *entries = page_bytes(table);
    for (size_t i = 0; level > LEVEL_PAGE && i < slots; i++)
        if (entries[i] & ENTRY_PRESENT) {
            assert(!(entries[i] & ENTRY_BORROWED));
            tables_free(tree, page_at(entries[i] & ENTRY_ADDRESS), level - 1, TABLE_SLOTS);
        }
    tree_free_table(tree, table);
    if (level == LEVEL_LEAF)
        core_pass(); /* as object_drop does; an order to halt is no reason to leave half a tree */
}

static void
tree_destroy(struct object *object)
{
    struct tree *tree = CONTAINER_OF(object, struct tree, object);
    assert(tree->tenant == 0 && tree->shown == NULL);
    while (mappings_cut(tree, (uint64_t[2]){0, tree_limit(tree)}, (struct mapping *[2]){NULL, NULL}) > 0)
        core_pass();
    if (tree->inner)
        tables_free(tree, tree->top, LEVEL_GIGA, TABLE_SLOTS);
    else
        tables_free(tree, tree->top, LEVEL_ROOT, TABLE_SLOTS / 2);
}

static void
tree_each(struct object *object, void (*visit)(struct object *object))
{
    struct tree *tree = CONTAINER_OF(object, struct tree, object);
    uint64_t after = 0;
    for (struct mapping *mapping; (mapping = mapping_first(tree, after)) != NULL;) {
        after = mapping->end;
        visit(mapping->object);
    }
}
OBJECT_TYPE_REFERRING(tree, OBJECT_TREE, tree_destroy, tree_each);
