/* private: every core does the same fixed work on memory of its own: what no kernel can make slower.
 *
 * The time of `loop` on N cores beside that on one says what the machine itself loses with N cores, so it is the
 * ceiling for all other experiments. The work is what programs mostly do: some arithmetic, a load and a store
 * at a place that the processor cannot guess, within 2 MiB. */
#include "platform.h"

#define WORDS (WINDOW_UNIT / sizeof(uint64_t))
#define STEPS (1u << 24)

/* What the cores share: each writes its own line. */
struct report {
    uint64_t checksum;
    uint64_t missing; /* this core had no memory */
} __attribute__((aligned(64)));

/* A linear congruential generator (Knuth, MMIX) chooses the words and is mixed into them. */
static uint64_t
loop_run(uint64_t *words)
{
    uint64_t state = 1;
    for (unsigned step = 0; step < STEPS; step++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint64_t *word = &words[(state >> 40) % WORDS];
        *word ^= state;
        state += *word >> 60;
    }
    return state;
}

static void
core_run(unsigned core, void *argument)
{
    struct report *report = (struct report *)argument + core;
    uint64_t *words = memory(WINDOW_UNIT, PRIVATE);
    report->missing = !words;
    for (size_t word = 0; words && word < WORDS; word += 512)
        words[word] = word; /* faults in every page */
    barrier();
    if (core == 0)
        mark("loop");
    barrier();
    if (words)
        report->checksum = loop_run(words);
    barrier();
    if (core == 0)
        mark("end");
}

int
main(void)
{
    struct report *reports = memory(cores() * sizeof(*reports), SHARED);
    if (!reports || run_on_all(core_run, reports) != 0)
        return 1;
    for (unsigned core = 0; core < cores(); core++)
        if (reports[core].missing || reports[core].checksum != reports[0].checksum)
            return 1;
    result("checksum", reports[0].checksum, "words");
    result("cores", cores(), "cores");
    return 0;
}
