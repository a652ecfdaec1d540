/* The values emitted for one key in one row: appended by the row's core, later read in that order by any
 * core.
 *
 * The first few stand in the list itself, for most words of a text are rare, and in a row of many cores all are; so
 * the core that reads them misses once for key and values. The others lie in blocks that double in size, since a few
 * words are everywhere. The blocks form a ring, of which the list knows the last: the one that is appended to, and
 * the way to the first. */
#ifndef COREY_MAPREDUCE_VALUES_H
#define COREY_MAPREDUCE_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

#define VALUES_FEW 3ul /* with them, an entry (bucket.h) fills one cache line */

struct values_block {
    struct values_block *next;
    uint32_t used, room; /* values in it, and how many it can hold */
    uint64_t value[];
};

/* All zero is the empty list. */
struct values {
    struct values_block *last; /* NULL: all stand in `few` */
    size_t count;
    uint64_t few[VALUES_FEW];
};

/* Appends a value. Returns 0, or -ENOMEM and the list is as before. */
int values_append(struct values *values, struct arena *arena, uint64_t value);

/* A place in a list that reading goes on from. The reader owns it; the list is not written meanwhile. */
struct values_cursor {
    const uint64_t *next, *end; /* the next value; behind the last one that stands in one piece with it */
    const struct values_block *block; /* whose next one has what stands behind `end` */
    size_t left;                      /* values not read yet */
    struct values_cursor *loser;      /* for values_merge */
};

/* At the first value of a list. */
struct values_cursor values_begin(const struct values *values);

/* The next value; cursor->left must not be 0. values_next also steps behind it. */
static inline uint64_t
values_peek(const struct values_cursor *cursor)
{
    return *cursor->next;
}

uint64_t values_next(struct values_cursor *cursor);

/* Several ascending lists read as one ascending list, by a tournament: two lists meet in each match, and the one with
 * the lesser next value goes on to the next match. When the winner of all has given its value away, it plays its own
 * matches once more, against those who lost there, and no other:
 *
 *              match 1                 list i begins in match (count + i) / 2,
 *            /         \               the winner of match m goes on to match m / 2;
 *        match 2     match 3           who lost match m is lists[m].loser,
 *        /     \     /     \           who lost none lists[0].loser
 *     list 0    1   2      3
 */
struct values_merge {
    struct values_cursor *lists;
    size_t count;
};

/* Begins to read `count` lists, at least one, each ascending, no value standing in two of them, and none being
 * UINT64_MAX. It uses the cursors up. */
struct values_merge values_merge_begin(struct values_cursor *lists, size_t count);

/* The next value of all; false when there is none. */
bool values_merge_next(struct values_merge *merge, uint64_t *value);

#endif
