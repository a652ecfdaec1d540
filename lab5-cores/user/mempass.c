/* mempass [BYTES]: one buffer goes from core to core; 4M by default, 100M in the paper.
 *
 * Core 0 takes it, SHARED. The cores come one after another, and each reads and writes a word of each 4 KiB page: the
 * first finds the pages absent, all others could find them present. Whether they do is a matter of what the cores
 * share: page tables (`sharing=chosen`: one inner tree), or the pages alone (`sharing=apart`: each core faults once
 * more for each page that is there already). Region `pass` is all turns, from the first to the last. */
#include "experiment.h"
#include "marker.h"

#define WORDS_A_PAGE (PAGE / sizeof(uint64_t))

struct seat {
    struct report report;
    uint64_t turn __attribute__((aligned(LINE))); /* this core's turn has come; atomic */
};

struct plan {
    uint64_t pages;
    uint64_t *words;
    struct seat seat[];
};

/* Each page tells who was here last, and how many have been here. How many pages tell something else. The first touch
 * is a write, so that there is one fault a page and not one for reading and one for writing. */
static uint64_t
pages_pass(unsigned core, uint64_t *words, uint64_t pages)
{
    uint64_t wrong = 0;
    for (uint64_t page = 0; page < pages; page++) {
        volatile uint64_t *own = words + page * WORDS_A_PAGE;
        own[0] = core + 1;
        wrong += own[1]++ != core;
    }
    return wrong;
}

static void
turn_wait(struct seat *seat)
{
    marker(MARKER_WAIT_BEGIN);
    while (!__atomic_load_n(&seat->turn, __ATOMIC_ACQUIRE)) /* partner: the release in core_run */
        __builtin_ia32_pause();
    marker(MARKER_WAIT_END);
}

static uint64_t
pages_check(const uint64_t *words, uint64_t pages)
{
    uint64_t wrong = 0;
    for (uint64_t page = 0; page < pages; page++) {
        const uint64_t *own = words + page * WORDS_A_PAGE;
        wrong += own[0] != cores() || own[1] != cores() || own[WORDS_A_PAGE - 1] != 0;
    }
    return wrong;
}

static void
core_run(unsigned core, void *argument)
{
    struct plan *plan = argument;
    struct seat *own = &plan->seat[core];

    phase_begin(core, "pass");
    if (core > 0)
        turn_wait(own);
    uint64_t begin = clock_now();
    own->report.wrong = pages_pass(core, plan->words, plan->pages);
    own->report.ticks[0] = clock_now() - begin;
    /* Release: the next core sees the words as we have left them (partner: turn_wait). */
    if (core + 1 < cores())
        __atomic_store_n(&plan->seat[core + 1].turn, 1, __ATOMIC_RELEASE);

    phase_begin(core, "check");
    own->report.done = plan->pages;
    own->report.wrong += pages_check(plan->words, plan->pages);
    phase_end(core);
}

/* The cores' reports, side by side. */
static int
seats_leave(const struct plan *plan)
{
    struct report *reports = memory(cores() * sizeof(*reports), PRIVATE);
    if (!reports)
        return 1;
    for (unsigned core = 0; core < cores(); core++)
        reports[core] = plan->seat[core].report;
    return reports_leave(reports, "pages", (const char *const[]){"pass", NULL});
}

int
main(int argc, char **argv)
{
    uint64_t bytes = argument_bytes(argc, argv, 1, 4ul << 20);
    struct plan *plan = memory(sizeof(*plan) + cores() * sizeof(plan->seat[0]), SHARED);
    uint64_t *words = memory(bytes, SHARED);
    if (!plan || !words) {
        say("mempass [BYTES]: no such number of bytes, or no memory");
        return 1;
    }
    plan->pages = bytes / PAGE;
    plan->words = words;
    return run_on_all(core_run, plan) == 0 ? seats_leave(plan) : 1;
}
