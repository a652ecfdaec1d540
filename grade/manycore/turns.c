/* Rounds, turns, and the guest's clock. */
#include "turns.h"

#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "plugin.h"
#include "qemu.h"

#define ROUND      (300u * CYCLE)
#define TIMER_STEP 10000         /* ns: timers run late by no more */
#define ORIGIN     100000000000l /* ns: where the guest's clock stands when the simulation begins */
#define IDLE_LOOK  50            /* microseconds of the host between two looks whether all are halted */
#define BILLION    1000000000ul

#define MAXIMUM(a, b) ((a) > (b) ? (a) : (b))

static struct turns_options options;
static uint64_t round_begin, round_end;
static uint64_t interrupt_sent; /* the last between cores; who sends may be beyond the round's end */
static int64_t timers_run;      /* when, on the guest's clock */
static uint64_t random_state;
static bool begun; /* atomic */

static int64_t
clock_at(uint64_t time)
{
    return ORIGIN + (int64_t)((unsigned __int128)(time / CYCLE) * BILLION / machine.hertz);
}

static uint64_t
time_at(int64_t clock)
{
    return (uint64_t)((unsigned __int128)(clock - ORIGIN) * machine.hertz / BILLION) * CYCLE;
}

/* Below `most`; xorshift, as any would do. */
static uint64_t
random_below(uint64_t most)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return random_state % most;
}

/* Whoever wakes finds that the round has begun (T1): this holds QEMU's lock, which a processor takes before it
 * wakes. */
static void
idle_skipped(int64_t now)
{
    if (time_at(now) <= round_end)
        return;
    round_begin = time_at(now);
    round_end = round_begin + ROUND;
    timers_run = now;
}

/* When all are halted nobody's clock moves: the guest's goes to its next timer, which wakes somebody. */
static void *
idle_watch(void *unused)
{
    (void)unused;
    for (;;) {
        usleep(IDLE_LOOK);
        if (__atomic_load_n(&begun, __ATOMIC_ACQUIRE)) /* partner: turns_begin */
            qemu_clock_skip_idle(idle_skipped);
    }
    return NULL;
}

bool
turns_begin(const struct turns_options *chosen)
{
    pthread_t thread;
    options = *chosen;
    random_state = options.seed * 0x9e3779b97f4a7c15ul + 1;
    round_end = ROUND;
    timers_run = ORIGIN;
    if (!qemu_clock_take(ORIGIN) || pthread_create(&thread, NULL, idle_watch, NULL) != 0)
        return false;
    __atomic_store_n(&begun, true, __ATOMIC_RELEASE); /* the clock has been taken (partner: idle_watch) */
    return true;
}

static void
round_next(void)
{
    uint64_t nearest = ~0ul;
    for (unsigned i = 0; i < core_count; i++)
        if (!cores[i].halted && cores[i].block != NULL && cores[i].clock < nearest)
            nearest = cores[i].clock;
    round_begin = nearest == ~0ul ? round_end : MAXIMUM(round_end, nearest);
    round_end = round_begin + ROUND;
    int64_t now = clock_at(round_begin);
    if (now - timers_run >= TIMER_STEP) {
        timers_run = now;
        qemu_clock_set(now);
    }
}

/* Where the core's turn ends in this round. With a seed some come to nearly nothing, and some go on beyond it. */
static uint64_t
turn_length_end(void)
{
    if (options.seed == 0)
        return round_end;
    switch (random_below(4)) {
    case 0:
        return 0;
    case 1:
        return round_end + random_below(4 * ROUND);
    default:
        return round_begin + random_below(ROUND);
    }
}

struct core *
turn_change(struct core *last)
{
    struct core *core = &cores[qemu_cpu_index(core_count)];
    if (last == NULL || core->index <= last->index)
        round_next();
    uint64_t wakes = MAXIMUM(round_begin, interrupt_sent);
    if (core->halted && core->clock < wakes) {
        core->counts.halted += wakes - core->clock;
        core->clock = core->block_clock = wakes;
    }
    core->halted = core->ended = false;
    core->turn_end = turn_length_end();
    return core;
}

void
turn_pause(struct core *core)
{
    uint64_t until = MAXIMUM(core->turn_end, round_begin);
    core->clock += machine.pause;
    if (core->clock < until)
        core->clock = until;
    core->ended = true; /* QEMU itself goes on with the next */
}

void
turn_interrupts(const struct core *core)
{
    interrupt_sent = core->clock;
}

void
turn_end(struct core *core)
{
    core->ended = true;
    qemu_turn_end();
}
