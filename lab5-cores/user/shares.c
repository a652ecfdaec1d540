/* shares [TIMES]: every core enters a segment of its own into a share and takes it out again, 2000 times; 100000 in the
 * paper. On Corey only.
 *
 * Region `global`: into one share, which all cores have in their sets: its table and its lock are the cores' common
 * place, because the program has chosen so. Region `own`: each core into a share of its own, which nobody else can
 * name: no two cores have anything in common, and N of them should do N times the work. */
#include "again.h"
#include "experiment.h"
#include "platform_calls.h"
#include "settle.h"
#include "start.h"
#include "team.h"

#define GLOBAL HANDLE(2, 0) /* in every core's set */

struct plan {
    uint64_t times;
    struct report report[];
};

enum { TICKS_GLOBAL, TICKS_OWN };

/* How many calls have not answered 0. */
static uint64_t
share_use(uint64_t share, uint64_t segment, uint64_t times)
{
    uint64_t entry = HANDLE(handle_slot(share), handle_id(segment)), wrong = 0;
    for (uint64_t turn = 0; turn < times; turn++) {
        wrong += again(share_addobj(share, segment, RIGHT_ALL)) != 0;
        wrong += share_delobj(entry) != 0;
    }
    return wrong;
}

/* 1 if the share does not hold `expected` objects, or cannot say. */
static uint64_t
share_check(uint64_t share, uint64_t expected)
{
    struct share_status status;
    return again(share_stat(share, &status, sizeof(status))) != sizeof(status) || status.entries != expected;
}

static void
core_run(unsigned core, void *argument)
{
    struct plan *plan = argument;
    struct report *report = &plan->report[core];
    int64_t segment = again(segment_alloc(boot_page->share, "own", MEMORY_HERE));
    struct call_result made = {0};
    core_settle(); /* then this core's share is its own affair, and so is what is made through it */
    again((made = share_alloc_pair(boot_page->share, "own", MEMORY_HERE, 0)).value);
    uint64_t own = HANDLE(made.second, 0);
    report->wrong = segment <= 0 || made.value <= 0;

    phase_begin(core, "global");
    uint64_t begin = clock_now();
    report->wrong += share_use(GLOBAL, (uint64_t)segment, plan->times);
    report->ticks[TICKS_GLOBAL] = clock_now() - begin;

    phase_begin(core, "settle"); /* nobody waits in its kernel any more: the tables of `global` go now */
    core_settle();

    phase_begin(core, "own");
    begin = clock_now();
    report->wrong += share_use(own, (uint64_t)segment, plan->times);
    report->ticks[TICKS_OWN] = clock_now() - begin;

    phase_begin(core, "check");
    report->done = plan->times;
    report->wrong += share_check(GLOBAL, 0) + share_check(own, 0);
    phase_end(core);
}

int
main(int argc, char **argv)
{
    struct plan *plan = memory(sizeof(*plan) + cores() * sizeof(plan->report[0]), SHARED);
    if (!plan)
        return 1;
    plan->times = argument_number(argc, argv, 1, 2000);
    struct call_result global = share_alloc_pair(boot_page->share, "global", MEMORY_HERE, 0);
    if (plan->times == 0 || global.value <= 0 || HANDLE(global.second, 0) != GLOBAL) {
        say("shares [TIMES]: no such number, or no share");
        return 1;
    }
    team_share_second();
    if (run_on_all(core_run, plan) != 0)
        return 1;
    return reports_leave(plan->report, "times", (const char *const[]){"global", "own", NULL});
}
