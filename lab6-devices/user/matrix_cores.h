/* Scenes of cores and devices (calls5.def, calls6.def); included by matrix.c alone. The core that a scene starts,
 * halts and wakes is this one's child: what the two share is theirs. */
#ifndef COREY_MATRIX_CORES_H
#define COREY_MATRIX_CORES_H

#include "matrix_world.h"

#define RUNS         3
#define CHILD_STATUS 7
#define NAP          3000 /* ticks */

/* --- on the child's core ---------------------------------------------------------------------------------------- */

static uint64_t child_up;    /* it has begun; atomic */
static uint64_t child_wakes; /* how often it has been woken; atomic */

static void
child_exit(void)
{
    core_exit(CHILD_STATUS);
}

static void
child_spin(void)
{
    word_set(&child_up, 1);
    for (;;)
        __builtin_ia32_pause();
}

static void
child_sleep(void)
{
    word_set(&child_up, 1);
    for (uint64_t wakes = 1;; wakes++) {
        core_sleep(FOR_EVER);
        word_set(&child_wakes, wakes);
    }
}

/* --- on this core ----------------------------------------------------------------------------------------------- */

static struct core_status
child_look(void)
{
    static struct core_status status;
    check_equal(sizeof(status), core_stat(world.core, &status, sizeof(status)));
    return status;
}

static void
child_start(void (*entry)(void))
{
    world.child.entry = (uint64_t)entry;
    check_equal(0, core_run(world.core, &world.child));
}

/* Until its program is over, which then wakes this core. */
static void
child_end(uint64_t reason)
{
    while (child_look().condition != CORE_HALTED)
        __builtin_ia32_pause();
    check_equal(reason, child_look().reason);
    check_equal(1, core_sleep(FOR_EVER));
}

static void
child_halt(void)
{
    check_equal(0, core_halt(world.core));
    child_end(END_HALT);
}

static void
current_get(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check(core_current() > 0);
}
SCENE(core_current) = {nothing, current_get, nothing, NULL};

static void
core_look(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(world.core_index, child_look().index);
}
SCENE(core_stat) = {nothing, core_look, nothing, NULL};

static void
core_give_up(void)
{
    check_equal(0, share_delobj(world.core));
}

static void
core_take(void)
{
    int64_t core = core_alloc(OWN_SHARE, "child", world.core_index);
    check(core > 0);
    world.core = (uint64_t)core;
}
SCENE(core_alloc) = {core_give_up, core_take, nothing, NULL};

static void
child_runs(void)
{
    for (unsigned i = 0; i < RUNS; i++) {
        child_start(child_exit);
        child_end(END_EXIT);
    }
}
SCENE(core_run) = {nothing, child_runs, nothing, NULL};

/* Starts a program that says when it has begun. */
static void
child_begin(void (*entry)(void))
{
    word_set(&child_up, 0);
    child_start(entry);
    word_wait(&child_up, 1);
}

static void
child_begin_spin(void)
{
    child_begin(child_spin);
}
SCENE(core_halt) = {child_begin_spin, child_halt, nothing, NULL};

/* All cores that are charged to this account: the child's. */
static void
share_halt(void)
{
    check_equal(0, core_halt(OWN_SHARE));
    child_end(END_HALT);
}
SCENE(share_halt) = {child_begin_spin, share_halt, nothing, NULL};

static void
naps_take(void)
{
    for (unsigned i = 0; i < RUNS; i++)
        check_equal(0, core_sleep((uint64_t)clock_now() + NAP));
}
SCENE(core_sleep) = {nothing, naps_take, nothing, NULL};

static void
child_begin_sleep(void)
{
    word_set(&child_wakes, 0);
    child_begin(child_sleep);
    while (child_look().condition != CORE_SLEEPING)
        __builtin_ia32_pause();
}

static void
child_wake(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(0, core_wake(world.core));
    word_wait(&child_wakes, 1);
}
SCENE(core_wake) = {child_begin_sleep, child_wake, child_halt, NULL};

/* --- devices ---------------------------------------------------------------------------------------------------- */

static void
devices_list(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check(device_list((struct device_status *)buffer, sizeof(buffer), 0) >= 3);
}
SCENE(device_list) = {nothing, devices_list, nothing, NULL};

static void
device_give_up(void)
{
    check_equal(0, share_delobj(world.claim));
}

static void
device_take(void)
{
    int64_t claim = device_alloc(OWN_SHARE, ports[number], "scene", MEMORY_HERE);
    check(claim > 0);
    world.claim = (uint64_t)claim;
}
SCENE(device_alloc) = {device_give_up, device_take, nothing, NULL};

static void
device_look(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(sizeof(struct device_status),
                    device_stat(world.claim, (struct device_status *)buffer, sizeof(buffer)));
}
SCENE(device_stat) = {nothing, device_look, nothing, NULL};

/* One core has the clock, which finishes later; the other the console, where nobody types. */
static void
transfers_make(void)
{
    struct device_buffer *header = world.transfer.header;
    for (unsigned i = 0; i < RUNS; i++) {
        header->argument[0] = (uint64_t)clock_now() + NAP;
        check_equal(
            0, device_start(world.claim, &world.transfer, number == 0 ? CLOCK_SAMPLE : CONSOLE_READ, 64));
        word_wait(&header->done, 1);
        check_equal(number == 0 ? 64 : 0, header->status);
    }
}
SCENE(device_buf) = {nothing, transfers_make, nothing, NULL};

#endif
