/* Waiting for transfers that outlive their program; they end within a second. */
#ifndef COREY_DEVICES_QUIET_H
#define COREY_DEVICES_QUIET_H

#include "core.h"
#include "device.h"
#include "machine.h"

static inline void
quiet_look(__attribute__((unused)) struct timer *timer)
{
}

/* Returns when nothing is under way on any port. A transfer that ends on another core wakes nobody here, so this core
 * looks every millisecond. No locks held. */
static inline void
devices_wait_quiet(void)
{
    struct timer look;
    for (size_t i = 0; port_at(i) != NULL; i++) {
        while (__atomic_load_n(&port_at(i)->in_flight, __ATOMIC_RELAXED) > 0) { /* no more than a look */
            timer_start(&look, clock_ticks() + clock_frequency / 1000, quiet_look);
            core_rest();
            core_leave();
            core_enter();
            timer_cancel(&look);
        }
    }
}

#endif
