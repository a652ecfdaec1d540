/* Running a test's body on all cores. */
#include "core_test.h"

#include "core.h"
#include "core_work.h"
#include "limbo.h"
#include "machine.h"
#include "timer.h"

struct team {
    void (*body)(uint32_t index, void *argument);
    void *argument;
    uint64_t through; /* cores, this one not counted */
};

static void
team_run(void *argument)
{
    struct team *team = argument;
    team->body(core_index(), team->argument);
    /* Release: all that the body wrote comes before (partner: test_wait_for). */
    __atomic_add_fetch(&team->through, 1, __ATOMIC_RELEASE);
}

void
test_pause(void)
{
    core_pass();
    core_obey();
    limbo_turn();
    cpu_pause();
}

void
test_wait_for(const uint64_t *word, uint64_t least)
{
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) < least) /* partner: whoever raises it */
        test_pause();
}

bool
test_has_time(uint64_t start)
{
    return clock_ticks() - start < 2 * clock_frequency;
}

void
test_on_all(void (*body)(uint32_t index, void *argument), void *argument)
{
    struct team team = {body, argument, 0};
    for (uint32_t i = 0; i < core_count; i++)
        if (i != core_index())
            core_give_work(i, team_run, &team);
    body(core_index(), argument);
    test_wait_for(&team.through, core_count - 1);
}

static bool
others_sleep(void)
{
    for (uint32_t i = 0; i < core_count; i++)
        /* Acquire: all that it did before it fell asleep is seen (partner: the exchange of `where`). */
        if (i != core_index() &&
            WHERE_STATE(__atomic_load_n(&CORE_AT(i, core_words)->where, __ATOMIC_ACQUIRE)) != CORE_ASLEEP)
            return false;
    return true;
}

void
test_settle(void)
{
    while (!others_sleep() || limbo_waiting() > 0) {
        test_pause();
        limbo_turn_all();
    }
}
