/* The read-write lock: readers see what writers write whole, in plain words, while they write nothing themselves. */
#include "host.h"

#include <stdio.h>

#include "rw_lock.h"

#define CORES  4
#define ROUNDS 20000
#define WORDS  8

RW_LOCK(lock);

static uint64_t words[WORDS]; /* guarded by lock; all the same */
static uint64_t written;      /* guarded by lock: how often */

static void
write_once(void)
{
    struct mcs_node node = {0};
    rw_write_lock(&lock, &node);
    written++;
    for (unsigned i = 0; i < WORDS; i++)
        words[i] = written;
    rw_write_unlock(&lock, &node);
}

static void
read_once(uint64_t *last)
{
    rw_read_lock(&lock);
    uint64_t seen = words[0];
    for (unsigned i = 1; i < WORDS; i++)
        if (words[i] != seen)
            host_fail("a reader was in with a writer");
    rw_read_unlock(&lock);
    if (seen < *last)
        host_fail("time went back");
    *last = seen;
}

static void
body(__attribute__((unused)) uint32_t index)
{
    uint64_t last = 0;
    for (unsigned round = 0; round < ROUNDS; round++)
        if (host_random() % 8 == 0)
            write_once();
        else
            read_once(&last);
}

int
main(void)
{
    host_run(CORES, body);
    if (lock.turn != 2 * written || lock.writers.tail != NULL)
        host_fail("a writer is still there");
    if (written < CORES * ROUNDS / 16)
        host_fail("hardly anything happened");
    printf("written %lu\n", written);
    return 0;
}
