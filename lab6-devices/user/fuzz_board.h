/* What the fuzzer's cores have in common, when there are several; included by fuzz.c alone.
 *
 * Each core runs the whole fuzzer with variables of its own, as copies on write of another's. Common are the board, a
 * segment that all map, and the objects of one share, which all have in slot 2.
 *
 *     quota of a round used up  ->  seat.arrived = round  ->  waits, sleeps or exits  ->  core 0 audits, next round */
#ifndef COREY_FUZZ_BOARD_H
#define COREY_FUZZ_BOARD_H

#include "core_calls.h"
#include "fuzz_arguments.h"
#include "print.h"

#define BOARD       0x1a0000000000ul
#define BOARD_BYTES (4 * PAGE)
#define CORES_MOST  64
#define CALLS_MOST  64
#define CONTEXTS    4
#define PATIENCE    30 /* seconds in which each core gets something done */

/* How a child's program ends by itself. */
#define STATUS_FAILED  1
#define STATUS_ARRIVED 8  /* it has used its quota up */
#define STATUS_NO_ROOM 9  /* it found no page */
#define STATUS_ANY     10 /* core_exit at random */

/* What one core tells core 0; written by that core, on a line of its own. All atomic. */
struct seat {
    uint64_t calls;   /* that it has made */
    uint64_t arrived; /* the last round whose quota it has used up */
    uint64_t run;     /* number of the last run in which it was this program, and no garbage */
    uint64_t births;
} __attribute__((aligned(64)));

/* Written by core 0 before there are others, but for what says otherwise. */
struct board {
    uint64_t seed, cores;
    uint64_t inner, kept, cut; /* ids: the common tree, and the segments in it */
    uint64_t core[CORES_MOST]; /* ids, by number */
    uint64_t round, quota;     /* which one it is, and calls of a core up to its end; atomic */
    uint64_t failed;           /* some core has found a mistake; atomic */
    uint64_t audits, rooms, starts, refused, exits, halts, torn; /* how often; atomic, for the report */
    struct {
        uint64_t succeeded, seen; /* of calls[] in fuzz.c, summed up over all cores; atomic */
    } coverage[CALLS_MOST];
    uint64_t hot[sizeof(pool_letters) - 1][HOT];
    struct seat seat[CORES_MOST];
    struct core_context context[CONTEXTS]; /* anybody's at any time */
};

#define board ((struct board *)BOARD)

static unsigned number; /* of this core; 0: the one that drives the others, or there is but one */
static bool team;       /* there are several */

/* Orders nothing but itself, unless said where it is used. */
#define word_get(word)        __atomic_load_n(&(word), __ATOMIC_ACQUIRE)
#define word_set(word, value) __atomic_store_n(&(word), (value), __ATOMIC_RELEASE)
#define word_add(word, value) __atomic_add_fetch(&(word), (value), __ATOMIC_ACQ_REL)

/* Ends the program: something is wrong, and has been said. */
__attribute__((noreturn)) static void
fuzz_end_failed(void)
{
    if (team)
        word_set(board->failed, 1);
    program_exit(STATUS_FAILED);
}

/* What is wrong, as a record for the grader, too. */
#define fuzz_say(format, ...)                                                                                \
    do {                                                                                                     \
        print("fuzz: core %u: " format "\n", number __VA_OPT__(, ) __VA_ARGS__);                             \
        record("fail {\"kind\":\"mismatch\",\"file\":\"" __FILE__                                            \
               "\",\"line\":%d,\"what\":\"core %u: " format "\"}",                                           \
               __LINE__, number __VA_OPT__(, ) __VA_ARGS__);                                                 \
    } while (0)

/* The same, and the end of the program. */
#define fuzz_wrong(...)                                                                                      \
    do {                                                                                                     \
        fuzz_say(__VA_ARGS__);                                                                               \
        fuzz_end_failed();                                                                                   \
    } while (0)

/* The same where some core gets nowhere: all stand as they do, to be looked at. */
#define fuzz_stand(...)                                                                                      \
    do {                                                                                                     \
        fuzz_say(__VA_ARGS__);                                                                               \
        for (;;)                                                                                             \
            __builtin_ia32_pause();                                                                          \
    } while (0)

#endif
