/* test_platform memory|input|team|sharing: what platform.h promises, on Corey; test/platform.c runs it. */
#include "platform_calls.h"

#include "check.h"
#include "error.h"
#include "sharing.h"
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

/* Whether the own root shows an inner tree at this address, and not a segment. */
static bool
address_is_in_tree(const void *address)
{
    struct mapping_entry shown, inner;
    check_equal(1, at_get(boot_page->root, &shown, sizeof(shown), (uint64_t)address));
    check(shown.start <= (uint64_t)address && (uint64_t)address < shown.start + shown.bytes);
    int64_t error = at_get(HANDLE(1, shown.object), &inner, sizeof(inner), 0);
    check(error >= 0 || error == E_TYPE);
    return error >= 0;
}

/* What core 0 tells the others. */
struct shared {
    uint64_t share; /* id of core 0's */
    uint64_t visits[64];
};

static void
sharing_body(unsigned core, void *argument)
{
    struct shared *shared = argument;
    struct share_status status;
    enum sharing_mode mode = sharing_mode();
    uint64_t *own = memory(PIECE, PRIVATE);
    check(own != NULL);
    check_equal(mode == SHARING_EVERYTHING, address_is_in_tree(own));
    check_equal(mode != SHARING_APART, address_is_in_tree(shared));
    check_equal(core > 0 && mode == SHARING_APART, memory(PIECE, SHARED) == NULL);
    check_equal(sizeof(status), share_stat(boot_page->share, &status, sizeof(status)));
    check_equal(core == 0 || mode == SHARING_EVERYTHING, status.id == shared->share);
    *own = core;
    shared->visits[core] = 1;
    barrier();
    check_equal(core, *own);
    for (unsigned other = 0; other < cores(); other++)
        check_equal(1, shared->visits[other]);
}

/* The setting `sharing` is what it says, is no argument, and changes nothing that the program sees. */
static void
test_sharing(int argc, const char *word)
{
    struct share_status status;
    struct shared *shared = memory(sizeof(*shared), SHARED);
    check(shared != NULL);
    check_equal(2, argc);
    check(program_setting("shar") == NULL);
    check(program_setting("sharing=") == NULL);
    check(program_setting("sharing") == NULL || program_setting("sharing")[0] == word[1]);
    check_equal(sizeof(status), share_stat(boot_page->share, &status, sizeof(status)));
    shared->share = status.id;
    check_equal(0, run_on_all(sharing_body, shared));
    check_equal(word[1] == 'e'   ? SHARING_EVERYTHING
                : word[1] == 'a' ? SHARING_APART
                                 : SHARING_CHOSEN,
                sharing_mode());
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
    case 's':
        test_sharing(argc, argv[1]);
        return 0;
    }
    return 1;
}
