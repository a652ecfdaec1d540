/* What the phases of a job share among job.c, sample.c and sort.c. Every phase runs on every core and returns
 * 0 or a negative errno; between two phases stand barriers, and no phase begins after one that failed on any
 * core. */
#ifndef COREY_MAPREDUCE_JOB_H
#define COREY_MAPREDUCE_JOB_H

#include <stdbool.h>

#include "map_reduce.h"

/* Takes the next task below `limit`; false when none is left. */
bool task_take(struct task_counter *tasks, unsigned limit, unsigned *task);

/* Maps the tasks below `limit` that nobody has taken; reduces the columns below `limit` that nobody has taken. */
int tasks_map(struct worker *worker, unsigned limit);
int columns_reduce(struct worker *worker, unsigned limit);

/* Gives the worker an empty row of job->columns. */
int row_make(struct worker *worker);

/* The number of columns for a sample with so many distinct keys. */
unsigned columns_for(size_t keys, unsigned cores);

/* Sampling (sample.c): the first tasks are mapped into rows of columns_for(0, cores), and some columns reduced; then
 * core 0 chooses the number of columns, and each core moves what it has mapped into a row of that many. */
int sample_map(struct worker *worker);
int sample_count(struct worker *worker);
int sample_choose(struct worker *worker);
int sample_move(struct worker *worker);

/* Sorting (sort.c): see there. */
int sort_own(struct worker *worker);
int sort_choose(struct worker *worker);
int sort_cut(struct worker *worker);
int sort_merge(struct worker *worker);

#endif
