/* memclone [BYTES]: every core fills memory of its own; 4M by default, 100M in the paper.
 *
 * Nothing is shared by the program: each core takes BYTES for itself and writes a word of each 4 KiB page, so that the
 * system has to find and zero a page each time. Where the time a page grows with the cores, they wait for something
 * that the *system* shares: a lock or a counter of the address space, of the allocator, of what is charged. Region
 * `touch` is the writing alone. */
#include "experiment.h"

#define WORDS_A_PAGE (PAGE / sizeof(uint64_t))

struct plan {
    uint64_t bytes; /* of each core */
    struct report report[];
};

/* What a core writes into one of its pages: another word for each page of all cores. */
static uint64_t
page_word(unsigned core, uint64_t page)
{
    return (uint64_t)(core + 1) << 32 | (page + 1);
}

static void
pages_touch(unsigned core, uint64_t *words, uint64_t pages)
{
    for (uint64_t page = 0; page < pages; page++)
        words[page * WORDS_A_PAGE] = page_word(core, page);
}

/* How many pages do not hold what was written, or anything else. */
static uint64_t
pages_check(unsigned core, const uint64_t *words, uint64_t pages)
{
    uint64_t wrong = 0;
    for (uint64_t page = 0; page < pages; page++) {
        const uint64_t *own = words + page * WORDS_A_PAGE;
        wrong += own[0] != page_word(core, page) || own[1] != 0 || own[WORDS_A_PAGE - 1] != 0;
    }
    return wrong;
}

static void
core_run(unsigned core, void *argument)
{
    struct plan *plan = argument;
    struct report *own = &plan->report[core];
    uint64_t *words = memory(plan->bytes, PRIVATE);
    uint64_t pages = words ? plan->bytes / PAGE : 0;

    phase_begin(core, "touch");
    uint64_t begin = clock_now();
    pages_touch(core, words, pages);
    own->ticks[0] = clock_now() - begin;

    phase_begin(core, "check"); /* behind a barrier: by then a page that two cores have shows it */
    own->done = pages;
    own->wrong = words ? pages_check(core, words, pages) : 1;
    phase_end(core);
}

int
main(int argc, char **argv)
{
    struct plan *plan = memory(sizeof(*plan) + cores() * sizeof(plan->report[0]), SHARED);
    if (!plan)
        return 1;
    plan->bytes = argument_bytes(argc, argv, 1, 4ul << 20);
    if (plan->bytes == 0 || run_on_all(core_run, plan) != 0) {
        say("memclone [BYTES]: no such number of bytes, or no cores");
        return 1;
    }
    return reports_leave(plan->report, "pages", (const char *const[]){"touch", NULL});
}
