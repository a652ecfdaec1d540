/* test_limbo MEBIBYTES: allocates and frees that much in all, a fifth of a small machine's memory at a time, in turns
 * on two cores, beside a core that sleeps, one that stays in ring 3 and one that is busy in the kernel. What is freed
 * waits in limbo for all of them: none may hold it up. */
#include "child.h"

#define MIB      (1ul << 20)
#define PIECE    (12 * MIB)
#define PAGE     4096ul
#define SHOWN    0x700000000000ul
#define CHILDREN 4

static struct child child[CHILDREN];
static uint64_t segment, turn, pieces, over;

static void
sleeper_body(uint64_t argument)
{
    (void)argument;
    for (;;)
        core_sleep(FOR_EVER);
}

static void
ring3_body(uint64_t argument)
{
    (void)argument;
    for (;;)
        __builtin_ia32_pause();
}

/* A call after the other, each of which walks over many entries. */
static void
kernel_body(uint64_t argument)
{
    static struct mapping_entry list[64];
    (void)argument;
    for (;;)
        at_get(HANDLE(1, handle_id(child[2].root)), list, sizeof(list), 0);
}

/* Makes the piece long, touches each page, cuts it off again. */
static void
piece_use(void)
{
    check_equal(0, again(segment_set_nbytes(segment, PIECE)));
    for (uint64_t at = 0; at < PIECE; at += PAGE)
        *(volatile uint64_t *)(SHOWN + at) = at;
    check_equal(0, again(segment_set_nbytes(segment, 0)));
}

/* Odd turns here, even ones on core 0. */
static void
other_body(uint64_t argument)
{
    (void)argument;
    for (uint64_t next = 1; next < pieces; next += 2) {
        word_wait(&turn, next);
        piece_use();
        word_set(&turn, next + 1);
    }
    word_set(&over, 1);
    core_exit(0);
}

static uint64_t
number_read(const char *text)
{
    uint64_t number = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        number = number * 10 + (uint64_t)(*text - '0');
    return number;
}

int
main(int argc, char **argv)
{
    check_equal(2, argc);
    pieces = (number_read(argv[1]) * MIB + PIECE - 1) / PIECE;
    segment = (uint64_t)segment_alloc(OWN_SHARE, "piece", MEMORY_HERE);
    check((int64_t)segment > 0);
    check_equal(0, at_set_seg(boot_page->root, SHOWN, segment, 0, PIECE, PERM_R | PERM_W));

    static void (*const bodies[CHILDREN])(uint64_t) = {sleeper_body, ring3_body, kernel_body, other_body};
    for (unsigned i = 0; i < CHILDREN; i++) {
        child_prepare(&child[i], i, bodies[i]);
        check_equal(0, share_addobj(child[i].share, child[i].root, RIGHT_ALL));
        check_equal(0, share_addobj(child[i].share, segment, RIGHT_ALL));
        check_equal(0, core_run(child[i].core, &child[i].context));
    }
    for (uint64_t next = 0; next < pieces; next += 2) {
        word_wait(&turn, next);
        piece_use();
        word_set(&turn, next + 1);
    }
    if (pieces > 1)
        word_wait(&over, 1);
    for (unsigned i = 0; i < CHILDREN; i++) {
        core_halt(child[i].core);
        child_wait(&child[i]);
        child_release(&child[i]);
    }
    return 0;
}
