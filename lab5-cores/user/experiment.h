/* What the experiments have in common: numbers from the command, phases that all cores begin together, and a report of
 * each core, which core 0 leaves as results.
 *
 * An experiment checks its own work: each core counts in `wrong` what is not as it must be, and the program ends with
 * status 1 if anything is. Its numbers are worth nothing then. */
#ifndef COREY_EXPERIMENT_H
#define COREY_EXPERIMENT_H

#include "platform.h"

#define PAGE       4096ul
#define LINE       64
#define TICKS_MOST 4 /* measured times a core */

/* What one core has done; on lines of its own. */
struct report {
    uint64_t ticks[TICKS_MOST]; /* that each of its measured pieces of work took */
    uint64_t done;              /* how many units of work */
    uint64_t wrong;             /* of what it has checked */
} __attribute__((aligned(LINE)));

/* --- arguments ---------------------------------------------------------------------------------------------- */

/* A number with K, M or G behind it; 0: it is none. */
static inline uint64_t
number_read(const char *text)
{
    uint64_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (uint64_t)(*text - '0');
    unsigned shift = *text == 'K' ? 10 : *text == 'M' ? 20 : *text == 'G' ? 30 : 0;
    text += shift > 0;
    return *text == '\0' ? number << shift : 0;
}

/* Argument `which` (1: the first), or the default where there are fewer. 0: it is no number. */
static inline uint64_t
argument_number(int argc, char **argv, int which, uint64_t otherwise)
{
    return which < argc ? number_read(argv[which]) : otherwise;
}

/* Bytes for memory(): whole pages. */
static inline uint64_t
argument_bytes(int argc, char **argv, int which, uint64_t otherwise)
{
    return argument_number(argc, argv, which, otherwise) / PAGE * PAGE;
}

/* --- in a body ---------------------------------------------------------------------------------------------- */

/* All cores have ended the phase before, and begin `name` together. By core 0 alone while all others wait. */
static inline void
phase_begin(unsigned core, const char *name)
{
    barrier();
    if (core == 0)
        mark(name);
    barrier();
}

/* The last of all phases. */
static inline void
phase_end(unsigned core)
{
    barrier();
    if (core == 0)
        mark("end");
}

/* Which part of `total` core `core` of `count` does: all parts together are all of it. */
static inline uint64_t
part_of(uint64_t total, unsigned core, unsigned count)
{
    return total / count + (core < total % count);
}

/* --- results ------------------------------------------------------------------------------------------------ */

/* PREFIX_core_N */
static inline void
result_core(const char *prefix, unsigned core, uint64_t value, const char *unit)
{
    char name[64], digits[10];
    size_t length = 0, count = 0;
    while (*prefix != '\0' && length < sizeof(name) - sizeof("_core_") - sizeof(digits))
        name[length++] = *prefix++;
    for (const char *part = "_core_"; *part != '\0'; part++)
        name[length++] = *part;
    do
        digits[count++] = (char)('0' + core % 10);
    while ((core /= 10) > 0);
    while (count > 0)
        name[length++] = digits[--count];
    name[length] = '\0';
    result(name, value, unit);
}

/* Leaves what each core has done and how long it took, a name for each of the times, null behind the last. Returns
 * main's result: 0, or 1 where anything was wrong; then it says so. */
static inline int
reports_leave(const struct report *reports, const char *done, const char *const ticks[])
{
    uint64_t wrong = 0;
    for (unsigned core = 0; core < cores(); core++) {
        wrong += reports[core].wrong;
        result_core(done, core, reports[core].done, done);
        for (unsigned i = 0; ticks[i]; i++)
            result_core(ticks[i], core, reports[core].ticks[i], "ticks");
    }
    result("hertz", clock_hertz(), "hertz");
    result("cores", cores(), "cores");
    result("wrong", wrong, "checks");
    if (wrong)
        say("wrong: the work of this experiment is not what it must be");
    return wrong ? 1 : 0;
}

#endif
