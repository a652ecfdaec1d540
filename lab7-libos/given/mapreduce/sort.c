/* Sorting all answers in parallel, by regular sampling (Shi and Schaeffer, 1992):
 *
 *   sort_own     each core sorts its own answers and picks samples at equal distances
 *   sort_choose  core 0 sorts the samples of all and picks pivots at equal distances among them
 *   sort_cut     each core finds where the pivots cut its own answers: piece c is core c's
 *   sort_merge   core c merges the pieces c of all cores: every answer between two pivots
 *
 * Each answer is moved once and written by one core; no part is more than about twice the mean. Keys are
 * distinct, since each was reduced once. */
#include <errno.h>
#include <stdlib.h>

#include "job.h"

static int
answer_order(const void *a, const void *b)
{
    return key_compare(&((const struct answer *)a)->key, &((const struct answer *)b)->key);
}

static int
sample_order(const void *a, const void *b)
{
    return answer_order(*(const void *const *)a, *(const void *const *)b);
}

int
sort_own(struct worker *worker)
{
    unsigned cores = worker->job->cores;
    struct answers *own = &worker->answers;
    worker->samples = arena_take(&worker->arena, cores * sizeof(*worker->samples));
    worker->cuts = arena_take(&worker->arena, (cores + 1) * sizeof(*worker->cuts));
    if (!worker->samples || !worker->cuts)
        return -ENOMEM;
    if (own->count == 0)
        return 0;
    qsort(own->answer, own->count, sizeof(own->answer[0]), answer_order);
    worker->sample_count = own->count < cores ? own->count : cores;
    for (size_t i = 0; i < worker->sample_count; i++)
        worker->samples[i] = &own->answer[i * own->count / worker->sample_count];
    return 0;
}

int
sort_choose(struct worker *worker)
{
    struct job *job = worker->job;
    if (worker->core != 0)
        return 0;
    const struct answer **all = arena_take(&worker->arena, job->cores * job->cores * sizeof(*all));
    job->pivots = arena_take(&worker->arena, job->cores * sizeof(*all));
    if (!all || !job->pivots)
        return -ENOMEM;
    size_t count = 0;
    for (unsigned core = 0; core < job->cores; core++)
        for (size_t i = 0; i < job->workers[core].sample_count; i++)
            all[count++] = job->workers[core].samples[i];
    if (count == 0)
        return 0;
    qsort(all, count, sizeof(all[0]), sample_order);
    for (unsigned core = 0; core < job->cores; core++)
        job->pivots[core] = all[core * count / job->cores];
    return 0;
}

/* The number of answers with a key below the pivot's. */
static size_t
answers_below(const struct answers *answers, const struct answer *pivot)
{
    size_t low = 0, high = answers->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (answer_order(&answers->answer[middle], pivot) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

int
sort_cut(struct worker *worker)
{
    struct job *job = worker->job;
    worker->cuts[0] = 0; /* what is below the first pivot is core 0's, too */
    for (unsigned core = 1; core < job->cores; core++)
        worker->cuts[core] = answers_below(&worker->answers, job->pivots[core]);
    worker->cuts[job->cores] = worker->answers.count;
    return 0;
}

int
sort_merge(struct worker *worker)
{
    struct job *job = worker->job;
    struct answers *part = &worker->part;
    size_t *next = arena_take(&worker->arena, job->cores * sizeof(*next));
    for (unsigned core = 0; core < job->cores; core++) {
        const size_t *cuts = job->workers[core].cuts;
        part->room += cuts[worker->core + 1] - cuts[worker->core];
    }
    part->answer = arena_take(&worker->arena, part->room * sizeof(*part->answer));
    if (!next || !part->answer)
        return -ENOMEM;
    for (unsigned core = 0; core < job->cores; core++)
        next[core] = job->workers[core].cuts[worker->core];
    /* Counted here and not in part->count: others read its line meanwhile. */
    for (size_t at = 0; at < part->room; at++) {
        const struct answer *least = NULL;
        unsigned source = 0;
        for (unsigned core = 0; core < job->cores; core++) {
            const struct worker *other = &job->workers[core];
            const struct answer *answer = &other->answers.answer[next[core]];
            if (next[core] < other->cuts[worker->core + 1] && (!least || answer_order(answer, least) < 0)) {
                least = answer;
                source = core;
            }
        }
        part->answer[at] = *least;
        next[source]++;
    }
    part->count = part->room;
    return 0;
}
