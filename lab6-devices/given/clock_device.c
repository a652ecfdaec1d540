/* The clock: a device that works on after the call has returned, as a card does. Its interrupt is this core's timer.
 *
 * A sample lies at most a second ahead: so a port whose owner has died is quiet again within that time. */
#include "device.h"

#include "machine.h"

#define SAMPLES_A_PART 64

static void
clock_device_expire(struct timer *timer)
{
    struct transfer *transfer = CONTAINER_OF(timer, struct transfer, timer);
    uint64_t part[SAMPLES_A_PART], at = 0, now = clock_ticks();
    for (size_t i = 0; i < SAMPLES_A_PART; i++)
        part[i] = now;
    uint64_t end = round_down(transfer->header.length, sizeof(now));
    for (; at < end; at += minimum(sizeof(part), end - at))
        transfer_put(transfer, at, part, minimum(sizeof(part), end - at));
    transfer_end(transfer, end);
}

static int
clock_device_start(struct transfer *transfer)
{
    uint64_t deadline = transfer->header.argument[0], now = clock_ticks();
    if (transfer->header.op != CLOCK_SAMPLE || (deadline > now && deadline - now > clock_frequency))
        return E_INVAL;
    timer_start(&transfer->timer, deadline, clock_device_expire);
    return 0;
}

DEVICE_DRIVER(clock) = {"clock", clock_device_start};
