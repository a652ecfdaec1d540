/* Tests of 5.3. Q1 to Q4 are those of mcs_lock.h. */
#include "mcs_lock.h"

#include "core.h"
#include "core_test.h"
#include "interleave.h"
#include "jostle.h"
#include "machine.h"
#include "test.h"

static struct mcs_lock lock;
static struct mcs_node nodes[3];

TEST(mcs_lock_state)
{
    for (int i = 0; i < 2; i++) { /* a node serves again */
        nodes[0].next = &nodes[2];
        mcs_lock(&lock, &nodes[0]);
        check(lock.tail == &nodes[0]);
        check(nodes[0].next == NULL);
        check_equal(0, nodes[0].waiting);
        mcs_unlock(&lock, &nodes[0]);
        check(lock.tail == NULL);
        check(nodes[0].lock == NULL);
    }
}

TEST(mcs_trylock_free_only)
{
    check(mcs_trylock(&lock, &nodes[0]));
    check(lock.tail == &nodes[0]);
    check_equal(0, nodes[0].waiting);
    check(!mcs_trylock(&lock, &nodes[1]));
    check(lock.tail == &nodes[0]);
    check(nodes[0].next == NULL);
    check(nodes[1].lock == NULL); /* in no queue: it may be used again */
    mcs_unlock(&lock, &nodes[0]);
    check(mcs_trylock(&lock, &nodes[1]));
    mcs_unlock(&lock, &nodes[1]);
    check(lock.tail == NULL);
}

/* As if another core had come and now waited. */
static void
come(struct mcs_node *node)
{
    struct mcs_node *before = lock.tail;
    *node = (struct mcs_node){.waiting = 1, .lock = &lock};
    lock.tail = node;
    before->next = node;
}

/* Q2, Q3: each leaves the lock to the one behind it and to nobody else. */
TEST(mcs_lock_in_turn)
{
    mcs_lock(&lock, &nodes[0]);
    come(&nodes[1]);
    check(!mcs_trylock(&lock, &(struct mcs_node){0}));
    come(&nodes[2]);
    mcs_unlock(&lock, &nodes[0]);
    check_equal(0, nodes[1].waiting);
    check_equal(1, nodes[2].waiting);
    check(lock.tail == &nodes[2]);
    mcs_unlock(&lock, &nodes[1]);
    check_equal(0, nodes[2].waiting);
    check(lock.tail == &nodes[2]);
    mcs_unlock(&lock, &nodes[2]);
    check(lock.tail == NULL);
}

/* --- misuse --------------------------------------------------------------------------------------------------- */

static void
take(void *node)
{
    mcs_lock(&lock, node);
}

static void
give_up(void *node)
{
    mcs_unlock(&lock, node);
}

TEST(mcs_misuse_panics)
{
    check(test_panics(give_up, &nodes[0])); /* nobody holds it */
    mcs_lock(&lock, &nodes[0]);
    check(test_panics(take, &nodes[0]));
    check(test_panics(give_up, &nodes[1]));
    come(&nodes[1]);
    check(test_panics(give_up, &nodes[1])); /* it waits */
    mcs_unlock(&lock, &nodes[0]);
    mcs_unlock(&lock, &nodes[1]);
    check(lock.tail == NULL);
    static struct mcs_lock other;
    mcs_lock(&other, &nodes[0]);
    check(test_panics(give_up, &nodes[0])); /* it holds another lock */
    check(other.tail == &nodes[0]);
    mcs_unlock(&other, &nodes[0]);
}

/* --- two cores ------------------------------------------------------------------------------------------------ */

static uint64_t counter, inside, met, tries, counts;

/* What the lock guards: a count that is wrong as soon as two are at it. */
static void
count(void)
{
    met += inside;
    met += __atomic_load_n(&lock.tail, __ATOMIC_RELAXED) == NULL; /* Q1: we are in */
    inside = 1;
    uint64_t seen = counter;
    cpu_pause();
    counter = seen + 1;
    inside = 0;
}

static void
give_up_first(void)
{
    count();
    mcs_unlock(&lock, &nodes[0]);
    nodes[0].next = &nodes[2]; /* Q4: the node is ours again */
}

static void
count_first(void)
{
    mcs_lock(&lock, &nodes[0]);
    give_up_first();
}

static void
count_second(void)
{
    mcs_lock(&lock, &nodes[1]);
    count();
    mcs_unlock(&lock, &nodes[1]);
}

static void
try_second(void)
{
    if (mcs_trylock(&lock, &nodes[1])) {
        count();
        mcs_unlock(&lock, &nodes[1]);
    } else {
        tries++;
    }
}

static void
begin_free(void)
{
    counter = inside = met = tries = 0;
}

static void
begin_held(void)
{
    counter = inside = met = tries = 0;
    mcs_lock(&lock, &nodes[0]);
}

static void
judge(void)
{
    check_equal(0, met);
    check_equal(2, counter + tries);
    check(lock.tail == NULL);
    check(nodes[0].lock == NULL && nodes[1].lock == NULL);
}

/* A holder leaves and somebody comes: whatever instructions the two are at, the newcomer gets the lock. */
TEST(mcs_unlock_meets_newcomer)
{
    check(interleave(&(struct interleaving){give_up_first, count_second, begin_held, judge, 100, 50}) > 100);
}

/* Both come. */
TEST(mcs_lock_meets_newcomer)
{
    check(interleave(&(struct interleaving){count_first, count_second, begin_free, judge, 100, 50}) > 100);
}

/* One only tries. */
TEST(mcs_trylock_meets_newcomer)
{
    check(interleave(&(struct interleaving){count_first, try_second, begin_free, judge, 100, 50}) > 100);
    check(counter == 2); /* in the last run the first was through before the second came */
}

/* --- all cores ------------------------------------------------------------------------------------------------ */

static void
count_often(__attribute__((unused)) uint32_t index, void *rounds)
{
    struct mcs_node node = {0}; /* Q4 */
    uint64_t round, start = clock_ticks();
    for (round = 0; round < *(uint64_t *)rounds && test_has_time(start); round++) {
        if (round % 4 != 0 || !mcs_trylock(&lock, &node))
            mcs_lock(&lock, &node);
        count();
        mcs_unlock(&lock, &node);
    }
    __atomic_add_fetch(&counts, round, __ATOMIC_RELAXED); /* read when all are through */
}

TEST(mcs_lock_all_cores)
{
    uint64_t fast = 5000, slow = 300;
    test_on_all(count_often, &fast);
    jostle(count_often, &slow);
    check_equal(0, met);
    check_equal(counts, counter);
    check(lock.tail == NULL);
}
