/* The mappings of a tree: a skip list by address, read without a lock.
 *
 * Readers start from the tree's head and follow links by acquire loads; each finds a list that was whole at
 * some time: a mapping is filled in before the first link names it, and keeps its own links when it is taken
 * out, so whoever stands on it gets on. Its memory waits in limbo. Writers hold the tree's lock.
 *
 * A mapping that is cut is replaced by its pieces: these are entered first, then it is taken out. Meanwhile
 * they overlap, but both starts and ends still rise along the list, so a reader finds the one or the other,
 * and never a gap. */
#include "mapping.h"

#include "panic.h"
#include "slab.h"

static PER_CORE uint64_t level_seed;

/* Levels of a new mapping: one more with a chance of a quarter. */
static uint32_t
level_draw(void)
{
    uint64_t *seed = CORE_OWN(level_seed);
    *seed = *seed * 6364136223846793005ul +
            1442695040888963407ul; /* Knuth's MMIX generator: its high bits are good */
    uint64_t bits = *seed >> 32 | 1ul << 2 * (MAPPING_LEVELS - 1);
    return 1 + __builtin_ctzl(bits) / 2;
}

int
mapping_create(struct tree *tree, struct mapping **out)
{
    uint32_t levels = level_draw();
    size_t bytes = sizeof(struct mapping) + levels * sizeof(struct mapping *);
    struct account *account = tree->account;
    int error = account_charge(account, slab_size(bytes));
    if (error)
        return error;
    struct mapping *mapping = slab_alloc(tree->object.home, bytes);
    if (mapping == NULL) {
        account_refund(account, slab_size(bytes));
        return E_NOMEM;
    }
    mapping->account = account;
    mapping->tree = tree;
    mapping->levels = levels;
    *out = mapping;
    return 0;
}

void
mapping_free(struct mapping *mapping)
{
    struct account *account = mapping->account;
    uint64_t bytes = slab_size_of(mapping);
    slab_free(mapping);
    account_refund(account, bytes);
}

static void
mapping_leave_limbo(struct limbo_item *item)
{
    struct mapping *mapping = CONTAINER_OF(item, struct mapping, limbo);
    struct account *account = mapping->account;
    int64_t bytes = slab_size_of(mapping);
    mapping_free(mapping);
    account_limbo(account, -bytes);
    account_drop(account);
}

void
mapping_retire(struct mapping *mapping, bool public)
{
    if (!public) {
        mapping_free(mapping);
        return;
    }
    account_hold(mapping->account);
    account_limbo(mapping->account, slab_size_of(mapping));
    limbo_put(&mapping->limbo, mapping_leave_limbo);
}

/* Acquire: what the link names was filled in before (partner: the release in mapping_link). */
static struct mapping *
link_load(struct mapping **link)
{
    return __atomic_load_n(link, __ATOMIC_ACQUIRE);
}

struct mapping *
mapping_first(struct tree *tree, uint64_t offset)
{
    struct mapping **links = tree->first, *next = NULL;
    /* Relaxed: a level that has just come is a short cut, and nothing is missed without it. */
    for (uint32_t level = __atomic_load_n(&tree->levels, __ATOMIC_RELAXED); level-- > 0;)
        while ((next = link_load(&links[level])) != NULL && next->end <= offset)
            links = next->next;
    return next;
}

struct mapping *
mapping_find(struct tree *tree, uint64_t offset)
{
    struct mapping *mapping = mapping_first(tree, offset);
    return mapping != NULL && mapping->start <= offset ? mapping : NULL;
}

void
mapping_link(struct mapping *mapping)
{
    struct tree *tree = mapping->tree;
    struct mapping **links = tree->first, **before[MAPPING_LEVELS];
    if (tree->levels < mapping->levels)
        __atomic_store_n(&tree->levels, mapping->levels, __ATOMIC_RELAXED);
    for (uint32_t level = tree->levels; level-- > 0;) {
        while (links[level] != NULL && links[level]->start < mapping->start)
            links = links[level]->next;
        before[level] = links;
    }
    for (uint32_t level = 0; level < mapping->levels; level++) {
        mapping->next[level] = before[level][level];
        /* Release: the mapping is whole before anyone can follow this link (partner: link_load). */
        __atomic_store_n(&before[level][level], mapping, __ATOMIC_RELEASE);
    }

    struct mapping **shown = mapping_shown(mapping->object);
    mapping->next_shown = *shown;
    mapping->previous_shown = shown;
    if (*shown != NULL)
        (*shown)->previous_shown = &mapping->next_shown;
    *shown = mapping;
}

void
mapping_unlink(struct mapping *mapping)
{
    struct mapping **links = mapping->tree->first;
    for (uint32_t level = mapping->tree->levels; level-- > 0;) {
        while (links[level] != NULL && links[level] != mapping && links[level]->start <= mapping->start)
            links = links[level]->next;
        /* Release, like mapping_link's: whoever comes this way finds the next one whole. */
        if (links[level] == mapping)
            __atomic_store_n(&links[level], mapping->next[level], __ATOMIC_RELEASE);
    }

    *mapping->previous_shown = mapping->next_shown;
    if (mapping->next_shown != NULL)
        mapping->next_shown->previous_shown = mapping->previous_shown;
    mapping->previous_shown = NULL; /* mapping_stands */
}

struct mapping **
mapping_shown(struct object *object)
{
    if (object->type == OBJECT_TREE)
        return &CONTAINER_OF(object, struct tree, object)->shown;
    assert(object->type == OBJECT_SEGMENT);
    return &CONTAINER_OF(object, struct segment, object)->mappings;
}
