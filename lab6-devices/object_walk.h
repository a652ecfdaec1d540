/* Walks over all objects that anything refers to: for the books and the audit.
 *
 *     walk_begin();
 *     walk_roots();
 *     while ((object = walk_next()) != NULL)
 *         walk_references(object);
 *
 * meets every object once, and counts in object->counted how many references lead to it. One walk at a time, by
 * one core while no other changes anything: the caller holds no locks, and has stopped the other cores where there
 * are any. */
#ifndef COREY_OBJECT_WALK_H
#define COREY_OBJECT_WALK_H

#include "object.h"
#include "page.h"

/* Forgets the last walk. */
void walk_begin(void);

/* A reference to this object has been found. */
void walk_reach(struct object *object);

/* All references that no object holds: cores' share sets, running roots and runs, the machine's ports, transfers,
 * the boot modules and the program that is being run. */
void walk_roots(void);

/* What the share set of core `index` and the root that it runs on lead to. */
void walk_set(uint32_t index);

/* The references that this object holds: a share's entries, a tree's mappings. */
void walk_references(struct object *object);

/* The next object that was reached and not yet given out; null: none. */
struct object *walk_next(void);

/* The objects that walk_next has given out: the first for null, else the one behind this. */
struct object *walk_met(const struct object *object);

/* A word of scratch for each page, 0 since walk_begin. */
uint64_t *walk_word(const struct page *page);

/* Marks a slab block as met, in its page's word; true when it had been met before. */
bool walk_meet(const void *block);

#endif
