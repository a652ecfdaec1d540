/* The values emitted for one key in one row: appended by the row's core, later read in that order by any
 * core.
 *
 * They lie in blocks that double in size, since most words of a text are rare and a few are everywhere. */
#ifndef COREY_MAPREDUCE_VALUES_H
#define COREY_MAPREDUCE_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

struct values_block {
    struct values_block *next;
    size_t used, room; /* values in it, and how many it can hold */
    uint64_t value[];
};

/* All zero is the empty list. */
struct values {
    struct values_block *first, *last;
    size_t count;
};

/* Appends a value. Returns 0, or -ENOMEM and the list is as before. */
int values_append(struct values *values, struct arena *arena, uint64_t value);

/* A place in a list that reading goes on from. The reader owns it; the list is not written meanwhile. */
struct values_cursor {
    const struct values_block *block;
    size_t at;   /* the next value in the block */
    size_t left; /* values not read yet */
};

/* At the first value of a list. */
struct values_cursor values_begin(const struct values *values);

/* The next value; cursor->left must not be 0. values_next also steps behind it. */
uint64_t values_peek(const struct values_cursor *cursor);
uint64_t values_next(struct values_cursor *cursor);

/* Several ascending lists read as one ascending list. */
struct values_merge {
    struct values_cursor *lists;
    size_t count;
    struct values_cursor *source; /* the list that holds the least value; NULL: to be looked for */
    uint64_t limit;               /* no other list holds a value below this */
};

/* Begins to read `count` lists, each ascending, no value standing in two of them. It uses the cursors up. */
struct values_merge values_merge_begin(struct values_cursor *lists, size_t count);

/* The next value of all; false when there is none. */
bool values_merge_next(struct values_merge *merge, uint64_t *value);

#endif
