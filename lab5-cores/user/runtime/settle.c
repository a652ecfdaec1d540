/* core_settle: a core that falls asleep turns its limbo. */
#include "settle.h"

#include "again.h"
#include "calls.h"
#include "core_calls.h"
#include "start.h"

#define NAPS        4 /* a grace period takes two turns of limbo */
#define NAPS_SECOND 100000

void
core_settle(void)
{
    struct share_status status = {0};
    for (unsigned naps = 0; naps < NAPS || status.account_limbo > 0; naps++) {
        core_sleep((uint64_t)clock_now() + boot_page->ticks_per_second / NAPS_SECOND);
        again(share_stat(boot_page->share, &status, sizeof(status)));
    }
}
