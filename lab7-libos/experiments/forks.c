/* forks [TIMES [BYTES]]: a copy of the program is made, ends, and is waited for, 20 times, with 64K of written
 * memory: on Corey cfork, exit and cfork_wait, on Linux fork, _exit and waitpid.
 *
 * A parent and its child want two cores, so half as many parents as there are cores do this side by side; they are
 * copies of the program themselves. The child reads a word of each page that the parent has written, writes one
 * itself, and ends with a status that shows what it has read; the parent then sees its own memory as it was. Region
 * `forks`. On Corey with one core there is no child to be had: then nothing is measured, and `times` is 0. */
#include "fork.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "experiment.h"
#include "marker.h"

#define WORDS_A_PAGE (PAGE / sizeof(uint64_t))
#define STATUSES     100 /* a child ends with 1 + one of these, or with 0: what it read was wrong */

enum { BEGIN = 1, GIVE_UP };

/* What all parents share. */
struct plan {
    unsigned parents;
    unsigned ready
        __attribute__((aligned(LINE))); /* parents that have come, and later those that are through; atomic */
    unsigned open __attribute__((aligned(LINE))); /* BEGIN or GIVE_UP; atomic */
    struct report report[];
};

static struct plan *plan;
static uint64_t times, pages;
static uint64_t *words; /* this parent's own memory, `pages` of it */

static void
word_wait(const unsigned *word, unsigned value)
{
    marker(MARKER_WAIT_BEGIN);
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) < value) /* partners: the releases of ready and open */
        __builtin_ia32_pause();
    marker(MARKER_WAIT_END);
}

static void
ready_raise(void)
{
    /* Release: what we did before (partner: word_wait). */
    __atomic_add_fetch(&plan->ready, 1, __ATOMIC_ACQ_REL);
}

static void
pages_write(uint64_t value)
{
    for (uint64_t page = 0; page < pages; page++)
        words[page * WORDS_A_PAGE] = value + page;
}

static bool
pages_hold(uint64_t value)
{
    for (uint64_t page = 0; page < pages; page++)
        if (words[page * WORDS_A_PAGE] != value + page)
            return false;
    return true;
}

/* One copy from its making to its end; whether all was right. */
static bool
fork_once(uint64_t turn)
{
    uint64_t value = turn << 32;
    pages_write(value);
    int64_t child = fork_begin();
    if (child == 0) {
        bool right = pages_hold(value);
        words[0] = ~value; /* which nobody else is to see */
        _exit(right ? 1 + (int)(turn % STATUSES) : 0);
    }
    return child > 0 && fork_wait(child) == 1 + (int)(turn % STATUSES) && pages_hold(value);
}

static void
parent_run(unsigned which)
{
    struct report *own = &plan->report[which];
    fork_place(which);
    pages_write(0);
    ready_raise();
    word_wait(&plan->open, BEGIN);
    if (__atomic_load_n(&plan->open, __ATOMIC_RELAXED) == GIVE_UP) /* word_wait has acquired it */
        return;
    uint64_t begin = clock_now();
    for (uint64_t turn = 1; turn <= times; turn++)
        own->wrong += !fork_once(turn);
    own->ticks[0] = clock_now() - begin;
    own->done = times;
    ready_raise();
}

static void
open_set(unsigned value)
{
    __atomic_store_n(&plan->open, value, __ATOMIC_RELEASE); /* partner: word_wait */
}

/* Makes the parents but for number 0, which is the caller. False: not all could be made, and nobody begins. */
static bool
parents_make(int64_t *parent)
{
    for (unsigned which = 1; which < plan->parents; which++) {
        parent[which] = fork_begin();
        if (parent[which] == 0) {
            parent_run(which);
            _exit(1);
        }
        if (parent[which] < 0) {
            open_set(GIVE_UP);
            return false;
        }
    }
    return true;
}

/* Has all parents do their work side by side. */
static uint64_t
parents_run(int64_t *parent)
{
    uint64_t wrong = 0;
    if (!parents_make(parent))
        return 1;
    /* Number 0 opens the door when all others stand at it. */
    word_wait(&plan->ready, plan->parents - 1);
    mark("forks");
    open_set(BEGIN);
    parent_run(0);
    word_wait(&plan->ready, 2 * plan->parents);
    mark("end");
    for (unsigned which = 1; which < plan->parents; which++)
        wrong += fork_wait(parent[which]) != 1;
    return wrong;
}

/* Whether a copy can be made at all: on one core of Corey none can. */
static bool
forks_are_possible(void)
{
    int64_t child = fork_begin();
    if (child == 0)
        _exit(1);
    return child != -EAGAIN && fork_wait(child) == 1;
}

/* How much was wrong in all. */
static uint64_t
results_leave(uint64_t wrong)
{
    for (unsigned which = 0; which < plan->parents; which++) {
        result_core("forks", which, plan->report[which].ticks[0], "ticks");
        wrong += plan->report[which].wrong;
    }
    result("hertz", clock_hertz(), "hertz");
    result("cores", cores(), "cores");
    result("parents", plan->parents, "parents");
    result("times", plan->report[0].done, "times");
    result("wrong", wrong, "checks");
    return wrong;
}

int
main(int argc, char **argv)
{
    plan = fork_shared(sizeof(*plan) + cores() * sizeof(plan->report[0]));
    int64_t *parent = calloc(cores(), sizeof(*parent));
    times = argument_number(argc, argv, 1, 20);
    pages = argument_bytes(argc, argv, 2, 64 << 10) / PAGE;
    words = malloc(pages * PAGE);
    if (!plan || !parent || !words || times == 0 || pages == 0) {
        say("forks [TIMES [BYTES]]: no such numbers, or no memory");
        return 1;
    }
    plan->parents = cores() < 2 ? 1 : cores() / 2;
    uint64_t wrong = 0;
    if (forks_are_possible())
        wrong = parents_run(parent);
    else
        say("forks: no core is free for a child");
    wrong = results_leave(wrong);
    if (wrong)
        say("wrong: a copy of the program was not what it must be");
    return wrong ? 1 : 0;
}
