/* test_linux TEST: what platform.h promises, on Linux, with threads and with processes. Status 0, or 1 with a line
 * that says what was expected and what was seen; `crash`, `lost`, `fail`, `leave` and `hole` end badly, as their
 * comments say. */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "marker.h"
#include "platform.h"
#include "team.h"

#define PIECE    (WINDOW_UNIT + 5000) /* takes two units of the address space */
#define PIECES   5u
#define BARRIERS 1000u
#define ROUNDS   3u

#define check_equal(expected, seen) check_values(__LINE__, #seen, (uint64_t)(expected), (uint64_t)(seen))

static void
check_values(int line, const char *what, uint64_t expected, uint64_t seen)
{
    if (expected == seen)
        return;
    fprintf(stderr, "test_linux.c:%d: %s: expected %" PRIu64 ", seen %" PRIu64 "\n", line, what, expected,
            seen);
    exit(1);
}

/* What the cores share, a place each. */
struct place {
    uint64_t *pieces[PIECES];
    uint64_t turns;
    uint64_t process; /* the number of the process that the core is */
} __attribute__((aligned(64)));

/* Pieces that a core takes within a body are zero, and all others see them, where it sees them. */
static void
memory_body(unsigned core, void *argument)
{
    struct place *places = argument, *own = &places[core];
    uint64_t last = PIECE / sizeof(uint64_t) - 1;
    own->process = (uint64_t)getpid();
    for (unsigned i = 0; i < PIECES; i++) {
        uint64_t *piece = own->pieces[i] = memory(PIECE, SHARED);
        check_equal(1, piece != NULL);
        check_equal(0, (uintptr_t)piece % WINDOW_UNIT);
        check_equal(0, piece[0] | piece[last]);
        piece[0] = piece[last] = core * PIECES + i + 1;
        uint64_t *hidden = memory(PIECE, PRIVATE);
        check_equal(1, hidden != NULL);
        check_equal(0, (uintptr_t)hidden % WINDOW_UNIT);
        check_equal(0, hidden[0] | hidden[last]);
        hidden[0] = hidden[last] = 1;
    }
    barrier();
    for (unsigned other = 0; other < cores(); other++) {
        for (unsigned i = 0; i < PIECES; i++) {
            check_equal(other * PIECES + i + 1, places[other].pieces[i][0]);
            check_equal(other * PIECES + i + 1, places[other].pieces[i][last]);
        }
        check_equal(setting("PROCESSES") && other != core, places[other].process != own->process);
    }
}

/* Several times, since what a core has taken lasts until the program ends. */
static void
test_memory(void)
{
    struct place *places = memory(cores() * sizeof(*places), SHARED);
    uint64_t *before[MAX_CORES] = {NULL};
    check_equal(1, places != NULL);
    for (unsigned round = 0; round < ROUNDS; round++) {
        check_equal(0, run_on_all(memory_body, places));
        for (unsigned core = 0; core < cores(); core++) {
            check_equal(1, before[core] != places[core].pieces[0]);
            before[core] = places[core].pieces[0];
            check_equal(core * PIECES + 1, before[core][0]);
        }
    }
    check_equal(1, memory(1ul << 47, PRIVATE) == NULL);
    check_equal(1, memory(1ul << 47, SHARED) == NULL);
    check_equal(1, memory(0, SHARED) == NULL);
}

static void
team_body(unsigned core, void *argument)
{
    struct place *places = argument;
    for (unsigned turn = 0; turn < BARRIERS; turn++) {
        check_equal(turn, places[core].turns);
        places[core].turns++;
        barrier();
        for (unsigned other = 0; other < cores(); other++)
            check_equal(turn + 1, places[other].turns);
        barrier();
    }
}

/* Each core has its body run once, and nobody passes a barrier before all have come. */
static void
test_team(void)
{
    struct place *places = memory(cores() * sizeof(*places), SHARED);
    check_equal(1, places != NULL);
    check_equal(0, run_on_all(team_body, places));
    for (unsigned core = 0; core < cores(); core++)
        check_equal(BARRIERS, places[core].turns);
    result("cores", cores(), "cores");
}

static void
print_body(unsigned core, void *argument)
{
    (void)argument;
    printf("core %u\n", core);
}

/* What stood in the buffer before is printed once, and what each core prints is, too. */
static void
test_print(void)
{
    printf("once\n");
    check_equal(0, run_on_all(print_body, NULL));
}

/* Of all cores but the first, the last is lost within its body; the others wait for it. */
static void
lost_body(unsigned core, void *argument)
{
    if (core == cores() - 1)
        *(volatile int *)argument = 0;
    barrier();
}

/* The program ends as if it had crashed itself. */
static void
test_lost(void)
{
    result("before", 1, "times");
    run_on_all(lost_body, NULL);
}

static void
test_crash(void)
{
    result("before", 1, "times");
    *(volatile int *)NULL = 0;
}

static void
fail_body(unsigned core, void *argument)
{
    (void)argument;
    check_equal(true, core != cores() - 1);
    barrier();
}

/* A check that fails on another core ends the program with status 1. */
static void
test_fail(void)
{
    run_on_all(fail_body, NULL);
}

static void
leave_body(unsigned core, void *argument)
{
    (void)argument;
    if (core == cores() - 1)
        exit(0);
    barrier();
}

/* A process that leaves without a complaint is lost all the same; a thread ends the program, as it wants. */
static void
test_leave(void)
{
    run_on_all(leave_body, NULL);
}

/* Status 39, and a record that says which exercise. */
static void
test_hole(void)
{
    hole("7.7");
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {{"memory", test_memory}, {"team", test_team}, {"print", test_print}, {"lost", test_lost},
                 {"crash", test_crash},   {"fail", test_fail}, {"hole", test_hole},   {"leave", test_leave}};
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (argc == 2 && strcmp(argv[1], tests[i].name) == 0) {
            tests[i].run();
            return 0;
        }
    }
    fprintf(stderr, "usage: test_linux memory|team|print|lost|crash|fail|hole|leave\n");
    return 2;
}
