/* locks [ACQUISITIONS]: three locks in ring 3, each taken 16384 times in all, the times divided among the cores.
 *
 * Under the lock a core raises four words, each on a line of its own, outside it does some arithmetic. With a lock that
 * scales, the time for all acquisitions together stays the same from the second core on; with one whose waiters disturb
 * the holder it grows with the cores. Regions: `ticket`, `mcs`, and `readers`, where all but one of WRITE_EVERY
 * acquisitions only read the words, and may do so side by side. Each word must have been raised once for each time the
 * lock was held to do so. */
#include "experiment.h"
#include "reader_lock.h"
#include "ticket_lock.h"
#include "waiting_line.h"

#define WORDS       4
#define OUTSIDE     20 /* steps of the work outside */
#define WRITE_EVERY 128

struct word {
    uint64_t value;
} __attribute__((aligned(LINE)));

/* What a lock guards. */
struct guarded {
    struct word word[WORDS];
};

/* What one core alone writes. */
struct seat {
    struct report report;
    struct waiter waiter; /* and its neighbours in the line */
};

struct plan {
    uint64_t acquisitions;
    struct ticket_lock ticket;
    struct waiting_line line;
    struct reader_lock *readers;
    struct guarded by_ticket, by_line, by_readers;
    struct seat seat[];
};

enum { TICKS_TICKET, TICKS_MCS, TICKS_READERS };

/* A linear congruential generator (Knuth, MMIX), in registers. */
static void
work_outside(uint64_t *state)
{
    for (unsigned step = 0; step < OUTSIDE; step++)
        *state = *state * 6364136223846793005u + 1442695040888963407u;
    __asm__ volatile("" : : "r"(*state)); /* it is wanted */
}

static void
words_raise(struct guarded *guarded)
{
    for (unsigned i = 0; i < WORDS; i++)
        guarded->word[i].value++;
    __asm__ volatile("" : : : "memory"); /* each time, not once for many */
}

/* Whether they are all alike, as they are whenever no writer is in. */
static bool
words_agree(const struct guarded *guarded)
{
    __asm__ volatile("" : : : "memory"); /* they are read here */
    bool agree = true;
    for (unsigned i = 1; i < WORDS; i++)
        agree &= guarded->word[i].value == guarded->word[0].value;
    return agree;
}

static void
ticket_run(struct plan *plan, uint64_t times)
{
    for (uint64_t state = times, turn = 0; turn < times; turn++) {
        ticket_take(&plan->ticket);
        words_raise(&plan->by_ticket);
        ticket_leave(&plan->ticket);
        work_outside(&state);
    }
}

static void
mcs_run(struct plan *plan, struct waiter *waiter, uint64_t times)
{
    for (uint64_t state = times, turn = 0; turn < times; turn++) {
        line_take(&plan->line, waiter);
        words_raise(&plan->by_line);
        line_leave(&plan->line, waiter);
        work_outside(&state);
    }
}

/* Returns how often the words did not agree. */
static uint64_t
readers_run(struct plan *plan, struct waiter *waiter, unsigned core, uint64_t times)
{
    uint64_t wrong = 0;
    for (uint64_t state = times, turn = 0; turn < times; turn++) {
        if (turn % WRITE_EVERY == 0) {
            writer_take(plan->readers, waiter, cores());
            words_raise(&plan->by_readers);
            writer_leave(plan->readers, waiter);
        } else {
            reader_take(plan->readers, core);
            wrong += !words_agree(&plan->by_readers);
            reader_leave(plan->readers, core);
        }
        work_outside(&state);
    }
    return wrong;
}

static void
core_run(unsigned core, void *argument)
{
    struct plan *plan = argument;
    struct seat *own = &plan->seat[core];
    struct report *report = &own->report;
    uint64_t times = part_of(plan->acquisitions, core, cores());
    report->done = times;

    phase_begin(core, "ticket");
    uint64_t begin = clock_now();
    ticket_run(plan, times);
    report->ticks[TICKS_TICKET] = clock_now() - begin;

    phase_begin(core, "mcs");
    begin = clock_now();
    mcs_run(plan, &own->waiter, times);
    report->ticks[TICKS_MCS] = clock_now() - begin;

    phase_begin(core, "readers");
    begin = clock_now();
    report->wrong = readers_run(plan, &own->waiter, core, times);
    report->ticks[TICKS_READERS] = clock_now() - begin;
    phase_end(core);
}

/* How many words are not `value`. */
static uint64_t
words_check(const struct guarded *guarded, uint64_t value)
{
    uint64_t wrong = 0;
    for (unsigned i = 0; i < WORDS; i++)
        wrong += guarded->word[i].value != value;
    return wrong;
}

/* The answers of all cores together. */
static int
answers_leave(const struct plan *plan)
{
    struct report *reports = memory(cores() * sizeof(*reports), PRIVATE);
    if (!reports)
        return 1;
    uint64_t done = 0, writes = 0;
    for (unsigned core = 0; core < cores(); core++) {
        reports[core] = plan->seat[core].report;
        done += reports[core].done;
        writes += (reports[core].done + WRITE_EVERY - 1) / WRITE_EVERY;
    }
    reports[0].wrong += done != plan->acquisitions;
    reports[0].wrong += words_check(&plan->by_ticket, done) + words_check(&plan->by_line, done) +
                        words_check(&plan->by_readers, writes);
    return reports_leave(reports, "acquisitions", (const char *const[]){"ticket", "mcs", "readers", NULL});
}

int
main(int argc, char **argv)
{
    struct plan *plan = memory(sizeof(*plan) + cores() * sizeof(plan->seat[0]), SHARED);
    struct reader_lock *readers = memory(sizeof(*readers) + cores() * sizeof(readers->reader[0]), SHARED);
    uint64_t acquisitions = argument_number(argc, argv, 1, 16384);
    if (!plan || !readers || acquisitions == 0) {
        say("locks [ACQUISITIONS]: no such number, or no memory");
        return 1;
    }
    plan->acquisitions = acquisitions;
    plan->readers = readers;
    return run_on_all(core_run, plan) == 0 ? answers_leave(plan) : 1;
}
