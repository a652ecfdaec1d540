/* segments [TIMES]: every core makes a segment and gives it up again, 2000 times, through the share that is its own. On
 * Corey only.
 *
 * Private work of the kernel's: an object, an entry and a charge, and the end of all three. Nobody else can name any of
 * it, so N cores should do N times the work of one; not so with `sharing=everything`, where all cores have one share.
 * Region `segments`. */
#include "again.h"
#include "experiment.h"
#include "platform_calls.h"
#include "settle.h"
#include "start.h"

struct plan {
    uint64_t times;
    struct report report[];
};

/* How many segments could not be made or given up, or had an id that is not new. */
static uint64_t
segments_use(uint64_t share, uint64_t times)
{
    uint64_t wrong = 0;
    int64_t before = 0;
    for (uint64_t turn = 0; turn < times; turn++) {
        int64_t segment = again(segment_alloc(share, 0, MEMORY_HERE));
        wrong += segment <= before;
        wrong += share_delobj((uint64_t)segment) != 0;
        before = segment;
    }
    return wrong;
}

/* How many objects the core's share holds. */
static uint64_t
share_entries(void)
{
    struct share_status status = {0};
    again(share_stat(boot_page->share, &status, sizeof(status)));
    return status.entries;
}

static void
core_run(unsigned core, void *argument)
{
    struct plan *plan = argument;
    struct report *report = &plan->report[core];
    uint64_t before = share_entries();
    barrier(); /* where all have one share, nobody's segment is in it while another counts */
    report->wrong = segments_use(boot_page->share, 1);
    core_settle(); /* then the share is this core's own affair, and the next call sees that */
    report->wrong += segments_use(boot_page->share, 1);

    phase_begin(core, "segments");
    uint64_t begin = clock_now();
    report->wrong += segments_use(boot_page->share, plan->times);
    report->ticks[0] = clock_now() - begin;

    phase_begin(core, "check");
    report->done = plan->times;
    report->wrong += before == 0 || share_entries() != before;
    phase_end(core);
}

int
main(int argc, char **argv)
{
    struct plan *plan = memory(sizeof(*plan) + cores() * sizeof(plan->report[0]), SHARED);
    if (!plan)
        return 1;
    plan->times = argument_number(argc, argv, 1, 2000);
    if (plan->times == 0 || run_on_all(core_run, plan) != 0) {
        say("segments [TIMES]: no such number, or no cores");
        return 1;
    }
    return reports_leave(plan->report, "times", (const char *const[]){"segments", NULL});
}
