/* test_platform memory|input|team: what platform.h promises, on Corey; test/platform.c runs it. */
#include "platform_calls.h"

#include "check.h"
#include "start.h"

#define PIECES     40
#define PIECE      (WINDOW_UNIT + 5000) /* takes two units of the address space */
#define FAR_BEYOND (1ul << 46)
#define BARRIERS   1000

/* The entries of the program's share. */
static uint64_t
share_entries(void)
{
    struct share_status status;
    check_equal(sizeof(status), share_stat(boot_page->share, &status, sizeof(status)));
    return status.entries;
}

/* Pieces are zero, aligned, apart from each other, whole to their last byte; and those of a window use up no place in
 * the share, so there may be any number of them. */
static void
test_memory(void)
{
    uint64_t *pieces[2 * PIECES];
    check(memory(1, SHARED) != NULL); /* makes the window */
    uint64_t entries = share_entries();
    for (unsigned i = 0; i < 2 * PIECES; i++) {
        pieces[i] = memory(PIECE, i % 2 ? SHARED : PRIVATE);
        check(pieces[i] != NULL);
        check_equal(0, (uint64_t)pieces[i] % WINDOW_UNIT);
        for (unsigned other = 0; other < i; other++)
            check(pieces[i] > pieces[other] ? (char *)pieces[i] >= (char *)pieces[other] + 2 * WINDOW_UNIT
                                            : (char *)pieces[other] >= (char *)pieces[i] + 2 * WINDOW_UNIT);
        uint64_t last = PIECE / sizeof(uint64_t) - 1;
        check_equal(0, pieces[i][0]);
        check_equal(0, pieces[i][last]);
        pieces[i][0] = pieces[i][last] = i;
    }
    for (unsigned i = 0; i < 2 * PIECES; i++) {
        check_equal(i, pieces[i][0]);
        check_equal(i, pieces[i][PIECE / sizeof(uint64_t) - 1]);
    }
    check_equal(entries + PIECES,
                share_entries()); /* the private ones: other cores get copies of them by name */
    check(memory(FAR_BEYOND, PRIVATE) == NULL);
    check(memory(FAR_BEYOND, SHARED) == NULL);
    check(memory(0, PRIVATE) == NULL);
    check_equal(entries + PIECES, share_entries());
}

/* A file that is in every image with this program is the program itself. */
static void
test_input(const char *own_name)
{
    size_t bytes = 17;
    check(input("/no/such/file", &bytes) == NULL);
    check_equal(17, bytes);
    const char *whole = input(own_name, &bytes);
    check(whole != NULL);
    check(bytes > 4096);
    check_equal(0x7f, whole[0]);
    check_equal('E', whole[1]);
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes; i++)
        sum += (unsigned char)whole[i];
    check(sum > 0);
    size_t again = 0;
    check(input(own_name, &again) == whole);
    check_equal(bytes, again);
}

static void
team_body(unsigned core, void *argument)
{
    unsigned *turns = argument;
    check(core < cores());
    for (unsigned turn = 0; turn < BARRIERS; turn++) {
        check_equal(turn, turns[core]);
        turns[core]++;
        barrier();
        for (unsigned other = 0; other < cores(); other++)
            check_equal(turn + 1, turns[other]);
        barrier();
    }
}

/* Each core has its body run once, and nobody passes a barrier before all have come. */
static void
test_team(void)
{
    unsigned *turns = memory(cores() * sizeof(*turns), SHARED);
    check(turns != NULL);
    uint64_t before = clock_now();
    check_equal(0, run_on_all(team_body, turns));
    for (unsigned core = 0; core < cores(); core++)
        check_equal(BARRIERS, turns[core]);
    check(clock_now() > before);
    check(clock_hertz() > 1000000);
}

int
main(int argc, char **argv)
{
    switch (argc > 1 ? argv[1][0] : '\0') {
    case 'm':
        test_memory();
        return 0;
    case 'i':
        test_input(argv[0]);
        return 0;
    case 't':
        test_team();
        return 0;
    }
    return 1;
}
