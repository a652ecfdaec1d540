/* The hardware's tables of a tree: walked, grown, narrowed, flushed and freed. They are a cache of the
 * mappings (T1): whatever is taken out here, a fault brings back if a mapping still says so. */
#include "tree.h"

#include "panic.h"

/* What every entry above a tree's own leaf tables says: the leaf entry decides (T3). */
#define BITS_ABOVE (ENTRY_PRESENT | ENTRY_USER | ENTRY_WRITE)

static unsigned
tree_top_level(const struct tree *tree)
{
    return tree->inner ? LEVEL_GIGA : LEVEL_ROOT;
}

static uint64_t *
table_below(uint64_t entry)
{
    return direct(entry & ENTRY_ADDRESS);
}

/* Makes an empty table and has the entry name it. */
static int
table_add(struct tree *tree, uint64_t *entry)
{
    int error = account_charge(tree->account, PAGE_SIZE);
    if (error)
        return error;
    struct page *table = page_alloc_zeroed(tree->object.home, PAGE_TABLE);
    if (table == NULL) {
        account_refund(tree->account, PAGE_SIZE);
        return E_NOMEM;
    }
    entry_store(entry, page_address(table) | BITS_ABOVE);
    return 0;
}

/* The entry of this level for an address of the tree; where a table on the way is missing, the entry that names none.
 * *at is the level of what it returns. */
static inline uint64_t *
tree_walk(struct tree *tree, uint64_t offset, unsigned level, unsigned *at)
{
    uint64_t *table = page_bytes(tree->top);
    for (*at = tree_top_level(tree); *at > level; --*at) {
        uint64_t *entry = &table[table_index(offset, *at)], seen = entry_load(entry);
        if (!(seen & ENTRY_PRESENT))
            return entry;
        table = table_below(seen);
    }
    return &table[table_index(offset, level)];
}

/* The same, and makes what is missing. Null, and the error. */
static uint64_t *
tree_grow(struct tree *tree, uint64_t offset, unsigned level, int *error)
{
    unsigned at;
    uint64_t *entry;
    while ((entry = tree_walk(tree, offset, level, &at)), at > level)
        if ((*error = table_add(tree, entry)) != 0)
            return NULL;
    return entry;
}

/* What there is to find is found without tree_grow: a fault comes this way. */
static inline uint64_t *
tree_reach(struct tree *tree, uint64_t offset, unsigned level, bool make, int *error)
{
    unsigned at;
    uint64_t *entry = tree_walk(tree, offset, level, &at);
    if (at == level)
        return entry;
    return make ? tree_grow(tree, offset, level, error) : NULL;
}

uint64_t *
tree_entry(struct tree *tree, uint64_t offset, bool make, int *error)
{
    return tree_reach(tree, offset, LEVEL_PAGE, make, error);
}

uint64_t *
tree_directory(struct tree *tree, uint64_t offset, bool make, int *error)
{
    return tree_reach(tree, offset, LEVEL_LEAF, make, error);
}

bool
tree_has_table(struct tree *tree, uint64_t offset)
{
    const uint64_t *directory = tree_directory(tree, offset, false, NULL);
    return directory != NULL && (entry_load(directory) & ENTRY_PRESENT);
}

/* Here, as all walks are: so a fault walks the tables without a call for it. */
uint64_t *
place_entry(struct tree *root, uint64_t address, const struct place *place)
{
    if (place->tree != root && !tree_has_table(root, address))
        return NULL;
    /* Not by way of the root's directory: its mapping may have gone meanwhile, and another have come. */
    return tree_reach(place->tree, place->offset, LEVEL_PAGE, false, NULL);
}

uint64_t *
tree_next_table(struct tree *tree, uint64_t *slot, uint64_t end)
{
    while (*slot < end) {
        uint64_t *table = page_bytes(tree->top), *entry;
        unsigned level = tree_top_level(tree);
        bool present;
        for (;; level--) {
            entry = &table[table_index(*slot, level)];
            uint64_t seen = entry_load(entry); /* once: another core may be adding a table here */
            present = seen & ENTRY_PRESENT;
            if (level == LEVEL_LEAF || !present)
                break;
            table = table_below(seen);
        }
        if (present)
            return entry;
        do { /* nothing in all that this entry covers; the next ones of its table are at hand */
            *slot = round_down(*slot, table_span(level)) + table_span(level);
            entry++;
        } while (*slot < end && table_index(*slot, level) != 0 && !(entry_load(entry) & ENTRY_PRESENT));
    }
    return NULL;
}

bool
tree_needs_table(struct tree *tree, uint64_t slot)
{
    struct mapping *mapping = mapping_first(tree, slot);
    return mapping != NULL && mapping->start < slot + LARGE_PAGE_SIZE;
}

void
tree_recall_table(struct tree *tree, uint64_t slot)
{
    for (struct mapping *shown = tree->shown; shown != NULL; shown = shown->next_shown) {
        if (slot < shown->offset || slot - shown->offset >= shown->end - shown->start)
            continue;
        struct tree *root = shown->tree;
        queue_lock(&root->object.lock);
        uint64_t *entry = tree_directory(root, shown->start + (slot - shown->offset), false, NULL);
        if (entry != NULL && (entry_load(entry) & ENTRY_PRESENT)) {
            struct page *table = page_at(entry_load(entry) & ENTRY_ADDRESS);
            entry_store(entry, 0);
            bool last = page_drop(table);
            assert(!last); /* the inner tree has its own reference */
        }
        queue_unlock(&root->object.lock);
    }
}

void
tree_free_table(struct tree *tree, struct page *table)
{
    if (object_is_public(&tree->object)) {
        page_retire(table, tree->account);
        return;
    }
    page_free(table);
    account_refund(tree->account, PAGE_SIZE);
}

/* The same for one leaf table, entries [first, end). */
static bool
table_change_entries(uint64_t *entries, unsigned first, unsigned end, uint64_t keep)
{
    bool changed = false;
    for (unsigned i = first; i < end; i++) {
        uint64_t entry = entry_load(&entries[i]);
        if ((entry & ENTRY_PRESENT) && (entry & ~keep)) {
            entry_store(&entries[i], entry & keep);
            changed = true;
        }
    }
    return changed;
}

bool
tree_change_entries(struct tree *tree, uint64_t start, uint64_t bytes, uint64_t keep)
{
    bool changed = false;
    uint64_t end = start + bytes, slot = round_down(start, LARGE_PAGE_SIZE);
    for (uint64_t *entry; (entry = tree_next_table(tree, &slot, end)) != NULL; slot += LARGE_PAGE_SIZE) {
        if (entry_load(entry) & ENTRY_BORROWED)
            continue;
        uint64_t from = maximum(start, slot) - slot, to = minimum(end, slot + LARGE_PAGE_SIZE) - slot;
        changed |=
            table_change_entries(table_below(entry_load(entry)), from >> PAGE_SHIFT, to >> PAGE_SHIFT, keep);
    }
    return changed;
}

uint64_t
tree_translate(struct tree *root, uint64_t address)
{
    const uint64_t *table = page_bytes(root->top);
    uint64_t narrowed = 0, denied = 0;
    for (unsigned level = LEVEL_ROOT;; level--) {
        uint64_t entry = entry_load(&table[table_index(address, level)]);
        if (!(entry & ENTRY_PRESENT))
            return 0;
        narrowed |= ~entry & ENTRY_WRITE;
        denied |= entry & ENTRY_NO_EXEC;
        if (level == LEVEL_PAGE)
            return (entry & ~narrowed) | denied;
        table = table_below(entry);
    }
}
