/* The mappings of a tree as a list: what tree.c does with them. Lookups are in tree.h. */
#ifndef COREY_MAPPING_H
#define COREY_MAPPING_H

#include "tree.h"

/* Where a tree's addresses end: below the last page of ring 3's half, or at what one table spans. */
static inline uint64_t
tree_limit(const struct tree *tree)
{
    return tree->inner ? INNER_BYTES_MOST : USER_END;
}

/* Whether [start, start + bytes) is something, in multiples of `unit`, and ends by `limit`. */
static inline bool
range_is_good(uint64_t start, uint64_t bytes, uint64_t unit, uint64_t limit)
{
    return bytes > 0 && (start | bytes) % unit == 0 && start <= limit && bytes <= limit - start;
}

/* A blank mapping of this tree, charged to its account; the caller fills in object, start, end, offset and perm.
 * E_NOMEM, E_AGAIN. */
int mapping_create(struct tree *tree, struct mapping **out);

/* Frees one that nobody can find. */
void mapping_free(struct mapping *mapping);

/* Frees one that was unlinked: at once, or, where other cores could reach it, after a grace period. */
void mapping_retire(struct mapping *mapping, bool public);

/* Enters it into its tree's list, and into its object's list of those that show it; takes it out. Object and
 * tree locked. */
void mapping_link(struct mapping *mapping);
void mapping_unlink(struct mapping *mapping);

/* Takes the parts within [border[0], border[1]) out of at most 512 mappings; piece[] are blank ones for what
 * a border cuts off, of which those that are used become null. 1: there are more; 0: done. E_AGAIN: a piece
 * is missing. No locks held. */
int mappings_cut(struct tree *tree, const uint64_t border[2], struct mapping *piece[2]);

/* The head of the list of mappings that show this object; guarded by the object's lock. */
struct mapping **mapping_shown(struct object *object);

#endif
