/* Timers: in the order of their deadlines, once each, never early. */
#include "timer.h"

#include "machine.h"
#include "test.h"

#define MILLISECONDS(n) ((n) * (clock_frequency / 1000))

static unsigned expired[4], expired_count;
static struct timer timers[4];
static uint64_t expired_at;

static void
note(struct timer *timer)
{
    expired_at = clock_ticks();
    expired[expired_count++] = timer - timers;
}

/* Rests, as an idle core does, until so many timers have expired. */
static void
wait_for(unsigned count)
{
    while (expired_count < count) {
        core_rest();
        core_leave(); /* carries out the tick */
        core_enter();
    }
}

TEST(timer_order)
{
    uint64_t now = clock_ticks();
    timer_start(&timers[0], now + MILLISECONDS(6), note);
    timer_start(&timers[1], now + MILLISECONDS(2), note);
    timer_start(&timers[2], now + MILLISECONDS(4), note);
    timer_start(&timers[3], now + MILLISECONDS(4), note); /* as early as 2, but later come */
    wait_for(4);
    check_equal(1, expired[0]);
    check_equal(2, expired[1]);
    check_equal(3, expired[2]);
    check_equal(0, expired[3]);
    check(expired_at >= now + MILLISECONDS(6));
}

/* A deadline that is over is due at once: no interrupt has to come. */
TEST(timer_past)
{
    timer_start(&timers[0], clock_ticks() - 1, note);
    check_equal(0, expired_count);
    timer_run_due();
    check_equal(1, expired_count);
}

TEST(timer_cancel)
{
    uint64_t now = clock_ticks();
    timer_start(&timers[0], now + MILLISECONDS(1), note);
    timer_start(&timers[1], now + MILLISECONDS(3), note);
    check(timer_cancel(&timers[0]));
    check(!timer_cancel(&timers[0]));
    check(!timer_cancel(&timers[2]));
    wait_for(1);
    check_equal(1, expired[0]);
    check(!timer_cancel(&timers[1]));
}

static void
start_again(struct timer *timer)
{
    note(timer);
    if (expired_count < 3)
        timer_start(timer, clock_ticks() + MILLISECONDS(1), start_again);
}

/* A timer is idle when its function is called. */
TEST(timer_again)
{
    timer_start(&timers[0], clock_ticks(), start_again);
    wait_for(3);
    check(!timer_cancel(&timers[0]));
}

/* Further off than the hardware counts: it must neither come early nor keep nearer ones from coming. */
TEST(timer_far)
{
    timer_start(&timers[0], ~0ul, note);
    timer_start(&timers[1], clock_ticks() + MILLISECONDS(2), note);
    wait_for(1);
    check_equal(1, expired[0]);
    check(timer_cancel(&timers[0]));
}

#define CMOS_INDEX   0x70
#define CMOS_DATA    0x71
#define CMOS_SECONDS 0

/* The clock chip's seconds (Motorola MC146818A), which nothing here has set the frequency by. */
static uint8_t
chip_second(void)
{
    port_write8(CMOS_INDEX, CMOS_SECONDS);
    return port_read8(CMOS_DATA);
}

static uint64_t
chip_second_begins(void)
{
    uint8_t before = chip_second();
    while (chip_second() == before)
        cpu_pause();
    return clock_ticks();
}

/* One good second is enough: a host that is busy makes us find one end of it late, a wrong frequency all of them. */
TEST(clock_frequency_chip)
{
    uint64_t start = chip_second_begins();
    bool right = false;
    for (unsigned tries = 0; tries < 8 && !right; tries++) {
        uint64_t end = chip_second_begins(), percent = (end - start) / (clock_frequency / 100);
        right = percent > 85 && percent < 115;
        start = end;
    }
    check(right);
}
