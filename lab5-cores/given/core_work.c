/* Idle cores, and work that is handed to them. */
#include "core_work.h"

#include "core.h"
#include "limbo.h"
#include "machine.h"
#include "panic.h"
#include "timer.h"

#define LIMBO_LOOKS 200 /* a second, while something waits there */

struct core_work {
    void (*function)(void *argument); /* null: none waits. Written last, and read first */
    void *argument;
    struct timer timer; /* runs while this core rests and its limbo is not empty */
    bool timer_runs;
};

static PER_CORE struct core_work core_work;

void
core_give_work(uint32_t index, void (*function)(void *argument), void *argument)
{
    struct core_work *work = CORE_AT(index, core_work);
    /* Acquire: that core has read the last argument (partner: the release in work_run). */
    assert(__atomic_load_n(&work->function, __ATOMIC_ACQUIRE) == NULL);
    work->argument = argument;
    /* Release: the argument, and all that it leads to, comes before (partner: the acquire in work_run). */
    __atomic_store_n(&work->function, function, __ATOMIC_RELEASE);
    core_order(index, ORDER_WAKE);
}

/* Runs what this core was given; false: nothing. */
static bool
work_run(struct core_work *work)
{
    void (*function)(void *) =
        __atomic_load_n(&work->function, __ATOMIC_ACQUIRE); /* partner: core_give_work */
    if (function == NULL)
        return false;
    void *argument = work->argument;
    __atomic_store_n(&work->function, NULL,
                     __ATOMIC_RELEASE); /* the next may be given (partner: core_give_work) */
    function(argument);
    return true;
}

static void
limbo_timer_expires(__attribute__((unused)) struct timer *timer)
{
    CORE_OWN(core_work)->timer_runs = false; /* that it woke the core was all that it was for */
}

void
core_rest_watchfully(void)
{
    struct core_work *work = CORE_OWN(core_work);
    if (!work->timer_runs && !limbo_is_empty()) {
        work->timer_runs = true;
        timer_start(&work->timer, clock_ticks() + clock_frequency / LIMBO_LOOKS, limbo_timer_expires);
    }
    core_rest();
}

void
core_idle(void)
{
    struct core_work *work = CORE_OWN(core_work);
    for (;;) {
        core_obey();
        if (work_run(work)) {
            core_pass(); /* what the work had looked up is forgotten */
        } else {
            core_rest_watchfully();
        }
    }
}
