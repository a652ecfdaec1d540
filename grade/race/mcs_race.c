/* The MCS lock: what it guards is plain memory, so whatever order it does not give is found. Nodes lie on stacks, which
 * other words use as soon as the lock has been left. */
#include "host.h"

#include <stdio.h>

#include "machine.h"
#include "mcs_lock.h"

#define CORES  4
#define ROUNDS 20000

static struct mcs_lock lock;
static uint64_t counter; /* guarded by lock, as is: */
static uint64_t passed;  /* how often mcs_trylock found it free */

/* One turn at the lock, with a node of this call's. */
__attribute__((noinline)) static void
count_once(bool try)
{
    struct mcs_node node = {0};
    bool free = try && mcs_trylock(&lock, &node);
    if (!free)
        mcs_lock(&lock, &node);
    passed += free;
    counter++;
    mcs_unlock(&lock, &node);
}

/* Uses the memory where the node lay. */
__attribute__((noinline)) static uint64_t
scribble(uint64_t value)
{
    volatile uint64_t words[48];
    for (unsigned i = 0; i < 48; i++)
        words[i] = value;
    return words[value % 48];
}

static void
body(uint32_t index)
{
    for (unsigned round = 0; round < ROUNDS; round++) {
        count_once(round % 4 == 0);
        for (uint64_t pause = round < ROUNDS / 2 ? 0 : host_random() % 8; pause > 0; pause--)
            cpu_pause(); /* the second half leaves the lock free at times */
        if (round % 16 == 0 && scribble(index) != index)
            host_fail("the stack was written by another");
    }
}

int
main(void)
{
    host_run(CORES, body);
    if (counter != CORES * ROUNDS || lock.tail != NULL)
        host_fail("two were in at a time");
    if (passed == 0)
        host_fail("hardly anything happened");
    printf("%lu of %lu without waiting\n", passed, counter);
    return 0;
}
