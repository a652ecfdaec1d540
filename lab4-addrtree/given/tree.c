/* Address trees as objects: made, mapped, unmapped, loaded, and taken apart. */
#include "tree.h"

#include "machine.h"
#include "mapping.h"
#include "panic.h"
#include "string.h"

static PER_CORE struct tree *tree_running;

/* --- making ----------------------------------------------------------------------------------------------------- */

int
tree_create(bool inner, struct account *account, uint32_t home, const char *name, struct tree **out)
{
    struct object *object;
    int error = account_charge(account, PAGE_SIZE);
    if (error)
        return error;
    struct page *top = page_alloc_zeroed(home, PAGE_TABLE);
    error = top == NULL ? E_NOMEM : object_create(OBJECT_TREE, sizeof(struct tree), account, home, name, &object);
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

static bool
object_is_dead(const struct object *object)
{
    /* Relaxed: read under the lock under which it is written. */
    return __atomic_load_n(&object->flags, __ATOMIC_RELAXED) & OBJECT_DEAD;
}

/* --- mapping ---------------------------------------------------------------------------------------------------- */

/* Where a tree's addresses end: below the last page of ring 3's half, or what one table spans. */
static uint64_t
tree_limit(const struct tree *tree)
{
    return tree->inner ? INNER_BYTES_MOST : USER_END;
}

static bool
range_is_good(uint64_t start, uint64_t bytes, uint64_t unit, uint64_t limit)
{
    return bytes > 0 && (start | bytes) % unit == 0 && start <= limit && bytes <= limit - start;
}

static int
map_check(const struct tree *tree, uint64_t start, const struct object *object, uint64_t offset, uint64_t bytes,
          uint64_t perm)
{
    bool shows_tree = object->type == OBJECT_TREE;
    if (shows_tree && (tree->inner || !CONTAINER_OF(object, struct tree, object)->inner))
        return E_TYPE;
    uint64_t unit = shows_tree ? LARGE_PAGE_SIZE : PAGE_SIZE;
    uint64_t most = shows_tree ? INNER_BYTES_MOST : SEGMENT_PAGES_MOST * PAGE_SIZE;
    bool good = range_is_good(start, bytes, unit, tree_limit(tree)) && range_is_good(offset, bytes, unit, most) &&
                (perm & PERM_R) && !(perm & ~(uint64_t)PERM_ALL);
    if (good && (perm & PERM_W) && !shows_tree &&
        (CONTAINER_OF(object, struct segment, object)->flags & SEGMENT_READ_ONLY)) /* constant once it is made */
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

int
tree_map(struct tree *tree, uint64_t start, struct object *object, uint64_t offset, uint64_t bytes, uint64_t perm)
{
    struct mapping *mapping;
    int error = map_check(tree, start, object, offset, bytes, perm);
    if (!error)
        error = mapping_create(tree, &mapping);
    if (error)
        return error;
    mapping->object = object;
    mapping->start = start;
    mapping->bytes = bytes;
    mapping->offset = offset;
    mapping->perm = perm;

    ticket_lock(&object->lock);
    ticket_lock(&tree->object.lock);
    error = map_conflict(tree, object, start, bytes);
    if (!error) {
        if (object_is_public(&tree->object))
            object_publish(object);
        mapping_link(mapping);
    }
    ticket_unlock(&tree->object.lock);
    ticket_unlock(&object->lock);
    if (error)
        mapping_free(mapping);
    return error;
}

/* --- unmapping -------------------------------------------------------------------------------------------------- */

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

/* Unmaps what is left of [border[0], border[1]), a mapping a turn: its object's lock comes before the tree's. The grace period
 * keeps what was found without locks. */
static int
unmap_all(struct tree *tree, const uint64_t border[2], struct mapping *piece[2])
{
    struct mapping *mapping;
    int error = 0;
    while (!error && (mapping = mapping_first(tree, border[0])) != NULL && mapping->start < border[1]) {
        struct object *object = mapping->object;
        ticket_lock(&object->lock);
        ticket_lock(&tree->object.lock);
        bool found = mapping_first(tree, border[0]) == mapping;
        error = found ? unmap_part(tree, mapping, border, piece) : 0;
        ticket_unlock(&tree->object.lock);
        ticket_unlock(&object->lock);
        if (found && !error) {
            mapping_retire(mapping, object_is_public(&tree->object));
            object_drop(object);
        }
    }
    return error;
}

int
tree_unmap(struct tree *tree, uint64_t start, uint64_t bytes)
{
    if (!range_is_good(start, bytes, PAGE_SIZE, tree_limit(tree)))
        return E_INVAL;
    struct mapping *piece[2] = {NULL, NULL};
    const uint64_t border[2] = {start, start + bytes};
    int error = unmap_prepare(tree, border, piece);
    if (!error)
        error = unmap_all(tree, border, piece);
    for (int i = 0; i < 2; i++)
        if (piece[i] != NULL)
            mapping_free(piece[i]);
    return error;
}

/* --- the end ---------------------------------------------------------------------------------------------------- */

/* Frees a table that holds no leaf tables any more, and all below it. */
static void
tables_free(struct tree *tree, struct page *table, unsigned level, size_t slots)
{
    const uint64_t *entries = page_bytes(table);
    for (size_t i = 0; i < slots; i++) {
        if (!(entries[i] & ENTRY_PRESENT))
            continue;
        assert(level > LEVEL_LEAF);
        tables_free(tree, page_at(entries[i] & ENTRY_ADDRESS), level - 1, TABLE_SLOTS);
    }
    tree_free_table(tree, table);
}

static void
tree_destroy(struct object *object)
{
    struct tree *tree = CONTAINER_OF(object, struct tree, object);
    assert(tree->tenant == 0 && tree->shown == NULL);
    int error = unmap_all(tree, (uint64_t[2]){0, tree_limit(tree)}, (struct mapping *[2]){NULL, NULL});
    assert(error == 0);
    if (tree->inner)
        tables_free(tree, tree->top, LEVEL_GIGA, TABLE_SLOTS);
    else
        tables_free(tree, tree->top, LEVEL_ROOT, TABLE_SLOTS / 2);
}
OBJECT_TYPE(tree, OBJECT_TREE, tree_destroy);

/* --- running ---------------------------------------------------------------------------------------------------- */

struct tree *
tree_on(uint32_t index)
{
    return *CORE_AT(index, tree_running);
}

struct tree *
tree_current(void)
{
    return tree_on(core_index());
}

int
tree_load(struct tree *root)
{
    struct tree **running = CORE_OWN(tree_running), *before = *running;
    uint32_t nobody = 0;
    if (root == before)
        return 0;
    /* SEQ_CST: the tenant stands before the processor walks the tables, so whoever changes them and then reads it flushes
     * this core (partner: the fence in tree_flush). */
    if (root != NULL && !__atomic_compare_exchange_n(&root->tenant, &nobody, core_index() + 1, false,
                                                     __ATOMIC_SEQ_CST, __ATOMIC_RELAXED))
        return E_BUSY;
    cr3_write(root != NULL ? physical(page_bytes(root->top)) : physical(kernel_root));
    *running = root;
    if (before != NULL) /* release: cr3 has left it before another core may run on it (partner: the exchange above) */
        __atomic_store_n(&before->tenant, 0, __ATOMIC_RELEASE);
    return 0;
}

/* Adds the core that runs on this root, if any, unless it is among them. */
static size_t
cores_add(const struct tree *root, uint32_t *indices, size_t count)
{
    /* SEQ_CST: after the fence in tree_flush. */
    uint32_t tenant = __atomic_load_n(&root->tenant, __ATOMIC_SEQ_CST);
    for (size_t i = 0; i < count; i++)
        if (indices[i] == tenant - 1)
            return count;
    if (tenant != 0)
        indices[count++] = tenant - 1;
    return count;
}

size_t
tree_cores(struct tree *tree, uint32_t *indices)
{
    if (!tree->inner)
        return cores_add(tree, indices, 0);
    size_t count = 0;
    for (struct mapping *shown = tree->shown; shown != NULL; shown = shown->next_shown)
        count = cores_add(shown->tree, indices, count);
    return count;
}
