/* Tests of work that is handed to idle cores, and of what they do when there is none. */
#include "core_work.h"

#include "core.h"
#include "core_test.h"
#include "limbo.h"
#include "machine.h"
#include "panic.h"
#include "test.h"
#include "timer.h"

static uint64_t ran; /* pieces of work that are through */

static enum core_state
state_of(uint32_t index)
{
    return WHERE_STATE(__atomic_load_n(&CORE_AT(index, core_words)->where, __ATOMIC_ACQUIRE));
}

struct message {
    uint64_t numbers[8];
    uint32_t for_core;
};

static void
read_message(void *argument)
{
    const struct message *message = argument;
    check_equal(message->for_core, core_index());
    for (unsigned i = 0; i < 8; i++)
        check_equal(message->numbers[0] + i, message->numbers[i]);
    __atomic_add_fetch(&ran, 1, __ATOMIC_RELEASE); /* partner: test_wait_for */
}

/* It runs on the core that it was given to, which sees what was written before. */
TEST(core_work_where_given)
{
    static struct message message[CORE_MAX];
    check(core_count > 1);
    for (uint64_t round = 0; round < 500; round++) {
        for (uint32_t i = 1; i < core_count; i++) {
            message[i].for_core = i;
            for (unsigned j = 0; j < 8; j++)
                message[i].numbers[j] = round * 1000 + j;
            core_give_work(i, read_message, &message[i]);
        }
        test_wait_for(&ran, (round + 1) * (core_count - 1));
    }
}

static void
count_run(__attribute__((unused)) void *argument)
{
    __atomic_add_fetch(&ran, 1, __ATOMIC_RELEASE); /* partner: test_wait_for */
}

/* A core with nothing to do sleeps, and an interrupt wakes it; one that is about to sleep does not miss it. */
TEST(core_work_wakes)
{
    check(core_count > 1);
    for (uint64_t round = 1; round <= 3000; round++) {
        if (round <= 100)
            while (state_of(1) != CORE_ASLEEP)
                test_pause();
        else
            for (uint64_t i = test_random() % 64; i > 0; i--)
                cpu_pause();
        core_give_work(1, count_run, NULL);
        test_wait_for(&ran, round);
    }
}

static void
give_twice(__attribute__((unused)) void *argument)
{
    core_give_work(1, count_run, NULL);
    core_give_work(1, count_run, NULL);
}

static uint64_t busy_until;

static void
be_busy(__attribute__((unused)) void *argument)
{
    count_run(NULL);
    test_wait_for(&busy_until, 1);
}

/* One piece waits at a time. One that is under way is not in its way. */
TEST(core_work_one_waits)
{
    check(core_count > 1);
    core_give_work(1, be_busy, NULL);
    test_wait_for(&ran, 1);
    check(test_panics(give_twice, NULL));
    __atomic_store_n(&busy_until, 1, __ATOMIC_RELEASE); /* partner: be_busy */
    test_wait_for(&ran, 2);
}

/* --- idle cores and limbo ------------------------------------------------------------------------------------- */

static struct limbo_item item;
static uint64_t freed_by; /* core + 1 */

static void
note_core(__attribute__((unused)) struct limbo_item *unused)
{
    __atomic_store_n(&freed_by, core_index() + 1, __ATOMIC_RELEASE); /* partner: test_wait_for */
}

static void
give_up_item(__attribute__((unused)) void *argument)
{
    limbo_put(&item, note_core);
}

/* What an idle core has in limbo is freed when the grace period is over, though nobody gives it anything to do. */
TEST(core_work_idle_limbo)
{
    check(core_count > 1);
    uint64_t start = clock_ticks();
    core_give_work(1, give_up_item, NULL);
    while (clock_ticks() - start < clock_frequency / 20)
        cpu_pause(); /* this core stays in its kernel and does not cross: the grace period cannot end */
    check_equal(0, freed_by);
    test_wait_for(&freed_by, 1);
    check_equal(2, freed_by);
}
