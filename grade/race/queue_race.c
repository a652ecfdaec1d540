/* The queue lock: what it guards is plain memory, so whatever order it does not give is found. Threads belong to two
 * clusters, so that some are passed over; each takes two locks, the second within the first. */
#include "host.h"

#include <stdio.h>

#include "machine.h"
#include "queue_lock.h"

#define CORES  6
#define ROUNDS 20000

static union queue_lock outer, inner;
static uint64_t counter; /* guarded by outer */
static uint64_t both;    /* guarded by inner */

static void
body(uint32_t index)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        queue_lock(&outer);
        counter++;
        if ((round + index) % 4 == 0) {
            queue_lock(&inner);
            both++;
            queue_unlock(&inner);
        }
        queue_unlock(&outer);
        if ((round + index) % 3 == 0) {
            queue_lock(&inner);
            both++;
            queue_unlock(&inner);
        }
        for (uint64_t pause = round < ROUNDS / 2 ? 0 : host_random() % 8; pause > 0; pause--)
            cpu_pause(); /* the second half leaves the locks free at times */
    }
}

int
main(void)
{
    for (uint32_t i = 0; i < CORES; i++)
        core_cluster[i] = i % 2;
    host_run(CORES, body);
    if (counter != CORES * ROUNDS || outer.word != 0 || inner.word != 0)
        host_fail("two were in at a time");
    uint64_t expected = 0;
    for (unsigned round = 0; round < CORES; round++)
        for (unsigned i = 0; i < ROUNDS; i++)
            expected += ((i + round) % 4 == 0) + ((i + round) % 3 == 0);
    if (both != expected)
        host_fail("two were in the inner one at a time");
    printf("%lu and %lu\n", counter, both);
    return 0;
}
