/* A bucket: the keys that one core met of one column, as a B+tree, each with its values.
 *
 * Entries never move: a pointer to one stays good while the tree grows, and the tree's inner nodes point at
 * entries, too, instead of copying their keys. Written by the core of its row; after a barrier read by any
 * core. */
#ifndef COREY_MAPREDUCE_BUCKET_H
#define COREY_MAPREDUCE_BUCKET_H

#include <stddef.h>

#include "arena.h"
#include "key.h"
#include "values.h"

/* One cache line, so it is one miss for the core that reads it. */
struct entry {
    struct key key;
    struct values values;
};

_Static_assert(sizeof(struct entry) == CACHE_LINE, "key and values of a rare word are in one line");

struct node;

/* All zero is an empty bucket. */
struct bucket {
    struct node *root;
    unsigned height; /* levels above the leaves */
};

/* The entry of a key; made, with no values, where there is none.
 * Returns NULL when the arena has no room; then the bucket holds what it held. */
struct entry *bucket_enter(struct bucket *bucket, struct arena *arena, const struct key *key);

/* A place among a bucket's entries, in the order of their keys. The bucket is not written meanwhile. */
struct bucket_cursor {
    const struct node *leaf;
    unsigned at;
};

/* At the first entry. */
struct bucket_cursor bucket_begin(const struct bucket *bucket);

/* The entry that the cursor stands at, NULL behind the last one; one step on, not from behind the last. */
struct entry *bucket_entry(const struct bucket_cursor *cursor);
void bucket_step(struct bucket_cursor *cursor);

#endif
