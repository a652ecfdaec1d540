/* How many columns: learnt from a sample.
 *
 * Few columns mean deep buckets, and too few reduce tasks to keep all cores busy to the end; many mean that
 * buckets themselves, not what is in them, fill the caches. The first twentieth of the map tasks, rounded up so that
 * every core has as many, is mapped into a row of the fewest columns. Its distinct keys are counted by reducing an
 * eighth of these, for the hash spreads keys evenly, and a tenth of them is taken as the number of columns, within 16
 * to 100 for each core, up to the next prime: a prime takes all of the hash into account. What was mapped is not
 * mapped again, but moved, key by key, into the new row. */
#include <errno.h>

#include "job.h"

#define SAMPLED_PART    20u /* one task of so many */
#define COUNTED_PART    8u  /* one column of so many, at least */
#define KEYS_PER_COLUMN 10u
#define FEWEST_COLUMNS  16u  /* a core */
#define MOST_COLUMNS    100u /* a core */

static unsigned
prime_from(unsigned number)
{
    for (unsigned divisor = 2; divisor * divisor <= number; divisor++) {
        if (number % divisor == 0) {
            number++;
            divisor = 1; /* all divisors again, from 2 */
        }
    }
    return number;
}

unsigned
columns_for(size_t keys, unsigned cores)
{
    size_t columns = keys / KEYS_PER_COLUMN;
    if (columns < FEWEST_COLUMNS * cores)
        columns = FEWEST_COLUMNS * cores;
    if (columns > MOST_COLUMNS * cores)
        columns = MOST_COLUMNS * cores;
    return prime_from((unsigned)columns);
}

static unsigned
tasks_sampled(const struct job *job)
{
    unsigned tasks = job->application.tasks, sampled = (tasks + SAMPLED_PART - 1) / SAMPLED_PART;
    unsigned even = (sampled + job->cores - 1) / job->cores * job->cores;
    return even < tasks ? even : tasks;
}

/* Columns of the sample's rows that are reduced. */
static unsigned
columns_counted(const struct job *job)
{
    return (columns_for(0, job->cores) + COUNTED_PART - 1) / COUNTED_PART;
}

int
sample_map(struct worker *worker)
{
    struct job *job = worker->job;
    worker->places = arena_take(&worker->arena, job->cores * sizeof(*worker->places));
    worker->lists = arena_take(&worker->arena, job->cores * sizeof(*worker->lists));
    if (!worker->places || !worker->lists)
        return -ENOMEM;
    int error = row_make(worker);
    return error ? error : tasks_map(worker, tasks_sampled(job));
}

int
sample_count(struct worker *worker)
{
    return columns_reduce(worker, columns_counted(worker->job));
}

int
sample_choose(struct worker *worker)
{
    struct job *job = worker->job;
    if (worker->core != 0)
        return 0;
    size_t keys = 0;
    for (unsigned core = 0; core < job->cores; core++)
        keys += job->workers[core].answers.count;
    job->columns = columns_for(keys * job->columns / columns_counted(job), job->cores);
    job->map_tasks.next = tasks_sampled(job); /* those who found none left took numbers beyond it */
    job->reduce_tasks.next = 0;
    return 0;
}

int
sample_move(struct worker *worker)
{
    unsigned old_columns = columns_for(0, worker->job->cores);
    const struct bucket *old = worker->row;
    worker->answers.count = 0;
    int error = row_make(worker);
    for (unsigned column = 0; !error && column < old_columns; column++) {
        struct bucket_cursor place = bucket_begin(&old[column]);
        for (const struct entry *from; !error && (from = bucket_entry(&place)); bucket_step(&place)) {
            struct bucket *bucket = &worker->row[from->key.hash % worker->job->columns];
            struct entry *to = bucket_enter(bucket, &worker->arena, &from->key);
            if (to)
                to->values = from->values;
            else
                error = -ENOMEM;
        }
    }
    return error;
}
