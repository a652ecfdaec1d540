/* MapReduce for many cores: the two places where cores meet the data (exercise 7.7), and what they work on.
 *
 *                column 0   column 1   column 2  …      a column: hash of the key, modulo columns
 *     row 0    [ bucket ] [ bucket ] [ bucket ]         written by core 0 while it maps
 *     row 1    [ bucket ] [ bucket ] [ bucket ]         written by core 1
 *       …           |          |          |
 *                   +-- each column is reduced by whichever core takes it
 *
 * M1  While the cores map, each writes its own row only, in its own memory; nobody reads another's row.
 * M2  Between mapping and reducing there is a barrier; behind it rows are only read.
 * M3  A key has one column, so each key is reduced once, by one core, from all rows.
 * M4  In a row, the values of a key ascend: a core is given its map tasks in ascending order.
 *
 * So there is no lock, and no atomic instruction but the one that hands out a task. */
#ifndef COREY_MAP_REDUCE_H
#define COREY_MAP_REDUCE_H

#include <stddef.h>
#include <stdint.h>

#include "arena.h"
#include "bucket.h"
#include "key.h"
#include "values.h"

struct worker;

/* What reducing a key leaves: how many values it has, and whatever one number can say about them. */
struct answer {
    struct key key;
    uint64_t count;
    uint64_t digest;
};

/* What a program gives: a text, cut into map tasks numbered from 0, and what to do with them. */
struct application {
    const char *text;
    size_t bytes;
    unsigned tasks;

    /* Emits the keys of one task, by ascending values. Returns 0, or map_emit's error at once. */
    int (*map)(struct worker *worker, unsigned task);

    /* Fills count and digest, which are 0, from the key's values, of which each core that met it has a list
     * (M4). Changes nothing else but the cursors. */
    void (*reduce)(struct values_cursor *lists, unsigned count, struct answer *answer);
};

/* Hands out the tasks from `next` on. Alone on its line: it is the one word that all cores write. */
struct task_counter {
    unsigned next;
} __attribute__((aligned(CACHE_LINE)));

struct answers {
    struct answer *answer;
    size_t count, room;
};

/* One core of a job. Its lines are written by that core alone, and read by others behind a barrier. */
struct worker {
    struct job *job;
    unsigned core;
    int error;          /* why this core cannot go on, else 0 */
    size_t pairs;       /* how many it has emitted; the application's map counts them */
    struct arena arena; /* all that this core makes */
    struct bucket *row; /* job->columns of them */

    /* For reduce_column to work with, a place for every row. */
    struct bucket_cursor *places;
    struct values_cursor *lists;

    struct answers answers; /* of the columns that this core reduced; later in the order of their keys */
    const struct answer **samples; /* for sorting (sort.h) */
    size_t sample_count;
    size_t *cuts;
    struct answers part; /* the core's part of the sorted answers */
} __attribute__((aligned(CACHE_LINE)));

struct job {
    /* Only read while the cores run, but for `columns` and `pivots`: core 0 sets them while the others wait. */
    struct application application;
    unsigned cores;
    unsigned columns;
    const struct answer **pivots; /* for sorting (sort.h) */

    struct task_counter map_tasks, reduce_tasks;
    struct worker workers[];
};

/* Exercise 7.7, first part. Adds `value` to those of `key` in the calling core's own row: no lock, no locked
 * instruction, no store outside of the worker's arena and row (M1). The row is `worker->row`; the arena is
 * `worker->arena`. `key` is copied, its text is not.
 * Returns 0, or -ENOMEM; then the row holds the values that it held. */
int map_emit(struct worker *worker, const struct key *key, uint64_t value);

/* Exercise 7.7, second part. Reduces one column of all rows: for each key that stands in it, in the order of
 * the keys, calls the application's reduce once with the lists of all the rows that have the key, in the
 * order of the rows, and leaves the answer, key included, with answer_add(worker). Other cores read the same
 * rows at the same time, and reduce other columns (M2, M3). `worker->places` and `worker->lists` have room
 * for one element a row. Returns 0, or -ENOMEM. */
int reduce_column(struct worker *worker, unsigned column);

/* One more answer of this core, all zero, to be filled by the caller; good until the next call. NULL when
 * there is no memory. */
struct answer *answer_add(struct worker *worker);

/* Runs an application on all cores. The answers are then, in the order of their keys, those of
 * workers[0].part, workers[1].part and so on. Called outside of run_on_all; the text must be visible to all
 * cores. Returns 0 and the job, or a negative errno: -ENOMEM when a core's memory does not suffice. */
int job_run(const struct application *application, struct job **job);

#endif
