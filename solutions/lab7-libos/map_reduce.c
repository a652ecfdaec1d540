/* Exercise 7.7: map into one's own row, reduce one column of all rows. Contract: map_reduce.h. */
#include "map_reduce.h"

#include <errno.h>

#include "platform.h"

int
map_emit(struct worker *worker, const struct key *key, uint64_t value)
{
    /* BEGIN 7.7 */
    struct bucket *bucket = &worker->row[key->hash % worker->job->columns];
    struct entry *entry = bucket_enter(bucket, &worker->arena, key);
    if (!entry)
        return -ENOMEM;
    return values_append(&entry->values, &worker->arena, value);
    /* END 7.7 */
}

int
reduce_column(struct worker *worker, unsigned column)
{
    /* BEGIN 7.7 */
    struct job *job = worker->job;
    struct bucket_cursor *places = worker->places;
    for (unsigned row = 0; row < job->cores; row++)
        places[row] = bucket_begin(&job->workers[row].row[column]);
    for (;;) {
        /* Every bucket is in order, so the least key left stands at one of the places. */
        const struct key *least = NULL;
        for (unsigned row = 0; row < job->cores; row++) {
            const struct entry *entry = bucket_entry(&places[row]);
            if (entry && (!least || key_compare(&entry->key, least) < 0))
                least = &entry->key;
        }
        if (!least)
            return 0;
        struct answer *answer = answer_add(worker);
        if (!answer)
            return -ENOMEM;
        answer->key = *least;
        unsigned count = 0;
        for (unsigned row = 0; row < job->cores; row++) {
            const struct entry *entry = bucket_entry(&places[row]);
            if (entry && key_compare(&entry->key, least) == 0) {
                worker->lists[count++] = values_begin(&entry->values);
                bucket_step(&places[row]);
            }
        }
        job->application.reduce(worker->lists, count, answer);
    }
    /* END 7.7 */
}
