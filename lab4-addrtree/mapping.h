/* The mappings of a tree as a list: what tree.c does with them. Lookups are in tree.h. */
#ifndef COREY_MAPPING_H
#define COREY_MAPPING_H

#include "tree.h"

static inline uint64_t
mapping_end(const struct mapping *mapping)
{
    return mapping->start + mapping->bytes;
}

/* A blank mapping of this tree, charged to its account; the caller fills in object, start, bytes, offset and perm.
 * E_NOMEM, E_AGAIN. */
int mapping_create(struct tree *tree, struct mapping **out);

/* Frees one that nobody can find. */
void mapping_free(struct mapping *mapping);

/* Frees one that was unlinked: at once, or, where other cores could reach it, after a grace period. */
void mapping_retire(struct mapping *mapping, bool public);

/* Enters it into its tree's list, and into its object's list of those that show it; takes it out. Object and tree locked. */
void mapping_link(struct mapping *mapping);
void mapping_unlink(struct mapping *mapping);

/* The head of the list of mappings that show this object; guarded by the object's lock. */
struct mapping **mapping_shown(struct object *object);

#endif
