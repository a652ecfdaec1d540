/* exercise: 7.7
 * believed: one shared hash table with fine locks is as good
 * killed by: map_emit */
/* map_reduce.c body 1 */
    static unsigned char lock[1 << 16]; /* a lock a column */
    struct bucket *bucket = &worker->job->workers[0].row[key->hash % worker->job->columns];
    unsigned char *own = &lock[key->hash % worker->job->columns];
    while (__atomic_exchange_n(own, 1, __ATOMIC_ACQUIRE))
        __builtin_ia32_pause();
    struct entry *entry = bucket_enter(bucket, &worker->arena, key);
    int error = entry ? values_append(&entry->values, &worker->arena, value) : -ENOMEM;
    __atomic_store_n(own, 0, __ATOMIC_RELEASE);
    return error;
