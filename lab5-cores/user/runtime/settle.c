/* core_settle: a core that falls asleep turns its limbo. It waits for no other core: that one may be waiting for us, in
 * ring 3, where its own limbo stands still. */
#include "settle.h"

#include "calls.h"
#include "core_calls.h"
#include "start.h"

#define NAPS        8 /* a grace period takes two turns of limbo, and what ends then may take others with it */
#define NAPS_SECOND 100000

void
core_settle(void)
{
    for (unsigned naps = 0; naps < NAPS; naps++)
        core_sleep((uint64_t)clock_now() + boot_page->ticks_per_second / NAPS_SECOND);
}
