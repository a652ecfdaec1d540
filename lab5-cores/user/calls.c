/* calls [CALLS [PAGES]]: what the kernel costs: a null system call, and a page fault; 10000 and 1024 on each core.
 *
 * Region `null`: every core makes CALLS null system calls, of null_call(). Region `fault_one`: core 0 alone writes to
 * PAGES 4 KiB pages of its own that nobody has touched yet, while the others wait; region `fault_all`: every core
 * does so. On one core these two are the cost of a thing; on many, `null` and `fault_all` say whether cores that have
 * nothing to do with each other wait for each other. */
#include "experiment.h"

#define WORDS_A_PAGE (PAGE / sizeof(uint64_t))

enum { TICKS_NULL, TICKS_ONE, TICKS_ALL };

struct plan {
    uint64_t calls, pages; /* of each core */
    struct report report[];
};

/* How many calls the kernel has not answered. */
static uint64_t
calls_make(uint64_t calls)
{
    uint64_t wrong = 0;
    for (uint64_t call = 0; call < calls; call++)
        wrong += !null_call();
    return wrong;
}

static void
pages_touch(uint64_t *words, uint64_t pages, uint64_t value)
{
    for (uint64_t page = 0; page < pages; page++)
        words[page * WORDS_A_PAGE] = value + page;
}

static uint64_t
pages_check(const uint64_t *words, uint64_t pages, uint64_t value)
{
    uint64_t wrong = 0;
    for (uint64_t page = 0; page < pages; page++)
        wrong += words[page * WORDS_A_PAGE] != value + page || words[(page + 1) * WORDS_A_PAGE - 1] != 0;
    return wrong;
}

static void
core_run(unsigned core, void *argument)
{
    struct plan *plan = argument;
    struct report *own = &plan->report[core];
    uint64_t *one = memory(plan->pages * PAGE, PRIVATE), *all = memory(plan->pages * PAGE, PRIVATE);
    uint64_t pages = one && all ? plan->pages : 0;
    uint64_t value = (uint64_t)(core + 1) << 32; /* other words on each core */

    phase_begin(core, "null");
    uint64_t begin = clock_now();
    own->wrong = calls_make(plan->calls);
    own->ticks[TICKS_NULL] = clock_now() - begin;

    phase_begin(core, "fault_one");
    begin = clock_now();
    if (core == 0)
        pages_touch(one, pages, value);
    own->ticks[TICKS_ONE] = clock_now() - begin;

    phase_begin(core, "fault_all");
    begin = clock_now();
    pages_touch(all, pages, value + pages);
    own->ticks[TICKS_ALL] = clock_now() - begin;

    phase_begin(core, "check");
    own->done = pages;
    own->wrong += pages == 0;
    own->wrong += pages_check(all, pages, value + pages) + (core == 0 ? pages_check(one, pages, value) : 0);
    phase_end(core);
}

int
main(int argc, char **argv)
{
    struct plan *plan = memory(sizeof(*plan) + cores() * sizeof(plan->report[0]), SHARED);
    if (!plan)
        return 1;
    plan->calls = argument_number(argc, argv, 1, 10000);
    plan->pages = argument_number(argc, argv, 2, 1024);
    if (plan->calls == 0 || plan->pages == 0 || run_on_all(core_run, plan) != 0) {
        say("calls [CALLS [PAGES]]: no such numbers, or no cores");
        return 1;
    }
    result("calls", plan->calls, "calls");
    return reports_leave(plan->report, "pages",
                         (const char *const[]){"null", "fault_one", "fault_all", NULL});
}
