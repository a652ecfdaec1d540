/* host_costs WHAT [NUMBER …]: what a processor of this host takes, for a machine file (calibrate.py). Prints one
 * number, of nanoseconds where nothing else is said; it runs on the processor on which the caller lets it run.
 *
 *     cycle                a cycle: a step of a chain of additions
 *     chase BYTES          a load whose address the load before gives, all over so many bytes, in an order that no
 *                          prefetcher follows; in huge pages, so that next to no time goes to translations
 *     pass ONE OTHER       a line, from one of these processors to the other
 *     atomic, pause        such an instruction
 *     stream BYTES CPU …   bytes a nanosecond that these processors read together, so many each
 *     cpuid LEAF PART      eax ebx ecx edx, hexadecimal */
#define _GNU_SOURCE
#include <cpuid.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define LINE      64ul
#define HUGE_PAGE (2ul << 20)
#define STEPS     4096ul /* of a batch */
#define BATCHES   2000u
#define PASSES    256ul /* of a batch */
#define CPUS_MOST 1024

struct line {
    struct line *next;
    char rest[LINE - sizeof(struct line *)];
};

static double
now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void
fail(const char *what)
{
    perror(what);
    exit(1);
}

static void
place(int cpu)
{
    cpu_set_t own;
    CPU_ZERO(&own);
    CPU_SET(cpu, &own);
    if (sched_setaffinity(0, sizeof(own), &own) != 0)
        fail("sched_setaffinity");
}

static void *
memory_make(size_t bytes)
{
    size_t room = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    void *made = aligned_alloc(HUGE_PAGE, room);
    if (made == NULL)
        fail("memory");
    madvise(made, room, MADV_HUGEPAGE); /* where there are none, translations cost something, too */
    memset(made, 1, room);
    return made;
}

/* --- one processor ---------------------------------------------------------------------------------------------- */

/* Each measures a batch of so many steps, short enough to end before anybody else gets the processor, as a rule. */

static void
additions(void *unused)
{
    (void)unused;
    uint64_t sum = 0, one = 1;
    for (uint64_t i = 0; i < STEPS; i += 16)
        __asm__ volatile(".rept 16\n\tadd %1, %0\n\t.endr" : "+r"(sum) : "r"(one));
}

static void
loads(void *start)
{
    struct line **at = start;
    for (uint64_t i = 0; i < STEPS; i++) {
        *at = (*at)->next;
        __asm__ volatile("" : "+m"(*at));
    }
}

static void
atomics(void *unused)
{
    (void)unused;
    static uint64_t word;
    for (uint64_t i = 0; i < STEPS; i++)
        __asm__ volatile("lock incq %0" : "+m"(word));
}

static void
pauses(void *unused)
{
    (void)unused;
    for (uint64_t i = 0; i < STEPS; i++)
        __builtin_ia32_pause();
}

/* A step's time in the batch that was disturbed least. */
static double
least(void (*batch)(void *), void *argument)
{
    double best = 1e18;
    for (unsigned i = 0; i < BATCHES; i++) {
        double begin = now();
        batch(argument);
        double spent = now() - begin;
        best = spent < best ? spent : best;
    }
    return best / STEPS;
}

/* All lines in one circle, in an order drawn by chance (Sattolo's). */
static struct line *
circle_make(size_t bytes)
{
    size_t count = bytes / LINE;
    struct line *lines = memory_make(bytes);
    uint32_t *order = calloc(count, sizeof(*order));
    uint64_t state = 1;
    if (count < 2 || order == NULL)
        fail("chase");
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count - 1; i > 0; i--) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        size_t other = (state >> 33) % i;
        uint32_t kept = order[i];
        order[i] = order[other];
        order[other] = kept;
    }
    for (size_t i = 0; i < count; i++)
        lines[order[i]].next = &lines[order[(i + 1) % count]];
    free(order);
    return lines;
}

static double
chase(size_t bytes)
{
    struct line *at = circle_make(bytes);
    for (size_t i = 0; i < 2 * bytes / LINE; i++) /* into the caches, whatever fits there */
        at = at->next;
    return least(loads, &at);
}

/* --- several ---------------------------------------------------------------------------------------------------- */

static struct {
    uint64_t turn __attribute__((aligned(LINE))); /* atomic */
    unsigned ready __attribute__((aligned(LINE)));
} shared;
static int cpus[CPUS_MOST];
static unsigned cpu_count;
static size_t stream_bytes;
static double pass_least = 1e18;

/* Until all have come. */
static void
meet(void)
{
    /* What those before us have made ready is seen; partners: each other. */
    __atomic_add_fetch(&shared.ready, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&shared.ready, __ATOMIC_ACQUIRE) < cpu_count)
        __builtin_ia32_pause();
}

/* Each raises the turn from its own parity: to see that it may, it takes the line, as one who writes it does. The first
 * keeps the time of the batch that was disturbed least. */
static void *
pass_run(void *number)
{
    uint64_t turn = (uintptr_t)number, batch_end = PASSES;
    place(cpus[turn]);
    meet();
    for (double begin = now(); turn < PASSES * BATCHES; turn += 2) {
        uint64_t seen = turn;
        while (!__atomic_compare_exchange_n(&shared.turn, &seen, turn + 1, false, __ATOMIC_ACQ_REL,
                                            __ATOMIC_RELAXED))
            seen = turn; /* release to, and acquire from, the other one's; a failed one orders nothing */
        if (number != NULL || turn < batch_end)
            continue;
        double end = now();
        pass_least = end - begin < pass_least ? end - begin : pass_least;
        batch_end = turn + PASSES;
        begin = now();
    }
    return NULL;
}

static void *
stream_run(void *number)
{
    place(cpus[(uintptr_t)number]);
    const char *bytes = memory_make(stream_bytes);
    meet();
    for (size_t i = 0; i < stream_bytes; i += LINE)
        __asm__ volatile("" : : "r"(*(const volatile uint64_t *)(bytes + i)));
    return NULL;
}

/* The time from when all are ready until the last is done. */
static double
together(void *(*run)(void *))
{
    pthread_t thread[CPUS_MOST];
    cpu_count++; /* and we */
    for (unsigned i = 0; i + 1 < cpu_count; i++)
        if (pthread_create(&thread[i], NULL, run, (void *)(uintptr_t)i) != 0)
            fail("pthread_create");
    while (__atomic_load_n(&shared.ready, __ATOMIC_ACQUIRE) + 1 < cpu_count) /* partner: meet */
        sched_yield();
    double begin = now();
    meet();
    for (unsigned i = 0; i + 1 < cpu_count; i++)
        pthread_join(thread[i], NULL);
    return now() - begin;
}

static double
number(const char *text)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0') {
        fprintf(stderr, "host_costs: no number: %s\n", text);
        exit(2);
    }
    return value;
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    double given = argc > 2 ? number(argv[2]) : 0, value = -1;
    unsigned a = 0, b = 0, c = 0, d = 0;
    bool streams = strcmp(what, "stream") == 0;
    for (int i = streams ? 3 : 2; i < argc && cpu_count < CPUS_MOST - 1; i++)
        cpus[cpu_count++] = (int)number(argv[i]);
    stream_bytes = (size_t)given;
    if (strcmp(what, "cycle") == 0)
        value = least(additions, NULL);
    else if (strcmp(what, "chase") == 0 && given > 0)
        value = chase((size_t)given);
    else if (strcmp(what, "pass") == 0 && cpu_count == 2)
        value = (together(pass_run), pass_least / PASSES);
    else if (strcmp(what, "atomic") == 0)
        value = least(atomics, NULL);
    else if (strcmp(what, "pause") == 0)
        value = least(pauses, NULL);
    else if (streams && cpu_count > 0)
        value = (double)stream_bytes * cpu_count / together(stream_run);
    else if (strcmp(what, "cpuid") == 0 && argc == 4) {
        __get_cpuid_count((unsigned)given, (unsigned)number(argv[3]), &a, &b, &c, &d);
        printf("%x %x %x %x\n", a, b, c, d);
        return 0;
    }
    if (value < 0) {
        fprintf(stderr, "host_costs: not so: %s\n", what);
        return 2;
    }
    printf("%.4f\n", value);
    return 0;
}
