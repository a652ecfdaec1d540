/* Tests of the queue lock where cores wait. W1 to W4 are those of queue_lock.h. */
#include "queue_lock.h"

#include "core.h"
#include "core_test.h"
#include "interleave.h"
#include "jostle.h"
#include "machine.h"
#include "test.h"

static union queue_lock lock, within;
static uint64_t counter, inside, met;

/* What the lock guards: a count that is wrong as soon as two are at it. */
static void
count(void)
{
    met += inside;
    inside = 1;
    uint64_t seen = counter;
    cpu_pause();
    counter = seen + 1;
    inside = 0;
}

static void
count_once(void)
{
    queue_lock(&lock);
    count();
    queue_unlock(&lock);
}

/* --- two cores ------------------------------------------------------------------------------------------------ */

static void
count_held(void)
{
    count();
    queue_unlock(&lock);
}

static void
begin_free(void)
{
    counter = inside = met = 0;
}

static void
begin_held(void)
{
    begin_free();
    queue_lock(&lock);
}

static void
judge(void)
{
    check_equal(0, met);
    check_equal(2, counter);
    check_equal(0, lock.word); /* W1 */
}

TEST(queue_lock_meets_newcomer)
{
    check(interleave(&(struct interleaving){count_once, count_once, begin_free, judge, 150, 50}) > 100);
}

TEST(queue_unlock_meets_newcomer)
{
    check(interleave(&(struct interleaving){count_held, count_once, begin_held, judge, 150, 50}) > 100);
}

/* --- who is next ---------------------------------------------------------------------------------------------- */

static uint32_t order[CORE_MAX];
static uint64_t entered, over;

/* Core 0 holds the lock until all others have come, in their order. */
static void
come_in_turn(uint32_t index, __attribute__((unused)) void *argument)
{
    uint32_t last = index == 1 ? 0 : index; /* of the queue, before this core goes on */
    if (index == 0) {
        queue_lock(&lock);
        last = core_count;
    }
    while (__atomic_load_n(&lock.holder, __ATOMIC_ACQUIRE) == 0 ||
           __atomic_load_n(&lock.tail, __ATOMIC_ACQUIRE) != last)
        cpu_pause();
    if (index != 0)
        queue_lock(&lock);
    order[entered++] = index;
    queue_unlock(&lock);
}

/* Even cores are one cluster, odd ones another. Who comes first has seen nobody to pass over: core 1 is followed by
 * 2. */
TEST(queue_lock_near_first)
{
    for (uint32_t i = 0; i < core_count; i++)
        core_cluster[i] = i % 2;
    static const uint32_t expected[] = {0, 1, 2, 4, 3, 5};
    check_equal(sizeof expected / sizeof *expected, core_count);
    test_on_all(come_in_turn, NULL);
    for (uint32_t i = 0; i < core_count; i++)
        check_equal(expected[i], order[i]);
    check_equal(0, lock.word);
}

/* W4: the last core is far from all others, which never stop asking until it has been in. */
static void
ask_until_over(uint32_t index, __attribute__((unused)) void *argument)
{
    if (index == core_count - 1) {
        test_wait_for(&counter, 2 * QUEUE_NEAR);
        queue_lock(&lock);
        __atomic_store_n(&over, 1, __ATOMIC_RELAXED);
        queue_unlock(&lock);
    }
    while (__atomic_load_n(&over, __ATOMIC_RELAXED) == 0) {
        queue_lock(&lock);
        __atomic_store_n(&counter, counter + 1, __ATOMIC_RELEASE);
        queue_unlock(&lock);
    }
}

TEST(queue_lock_far_gets_in)
{
    core_cluster[core_count - 1] = 1;
    for (uint32_t i = 0; i + 1 < core_count; i++)
        core_cluster[i] = 0;
    test_on_all(ask_until_over, NULL);
    check_equal(0, lock.word);
}

/* --- all cores ------------------------------------------------------------------------------------------------ */

static uint64_t both;

/* Every fourth time a second lock within the first: a core's one line serves for both. */
static void
count_often(__attribute__((unused)) uint32_t index, void *rounds)
{
    for (uint64_t round = 0; round < *(uint64_t *)rounds; round++) {
        queue_lock(&lock);
        count();
        if (round % 4 == 0) {
            queue_lock(&within);
            both++;
            queue_unlock(&within);
        }
        queue_unlock(&lock);
        queue_lock(&within);
        both++;
        queue_unlock(&within);
    }
}

TEST(queue_lock_all_cores)
{
    for (uint32_t i = 0; i < core_count; i++)
        core_cluster[i] = i % 2;
    uint64_t fast = 4000, slow = 200, rounds = core_count * (fast + slow);
    test_on_all(count_often, &fast);
    jostle(count_often, &slow);
    check_equal(0, met);
    check_equal(rounds, counter);
    check_equal(rounds + rounds / 4, both);
    check_equal(0, lock.word | within.word);
}
