/* What a core of the matrix has for itself, and where the two meet; included by matrix.c alone.
 *
 * A core's share has an account of its own, and all that the core uses is charged to it: its root, its memory, its
 * inner tree, a further core (its *child's*), a claimed device. So the two have nothing in common but text, constants
 * and the board, which neither looks at while it makes its calls. */
#ifndef COREY_MATRIX_WORLD_H
#define COREY_MATRIX_WORLD_H

#include "child.h"
#include "device_calls.h"
#include "devices.h"
#include "marker.h"
#include "print.h"

#define PAGE  4096ul
#define LARGE (2ul << 20)

#define BOARD  0x1f0000000000ul /* where the board is mapped */
#define WINDOW 0x100000000000ul /* mappings in the own root that scenes make */
#define INNER  0x180000000000ul /* the own inner tree */

#define INNER_BYTES (32 * LARGE)
#define TIMES       16 /* of a call in a region: more than a slab has blocks, and a share's first table slots */
#define FAULTS      100 /* more pages than a budget takes at once */
#define MANY        300 /* more than wait in limbo without being looked after */
#define CLAIM_MOST  100000
#define ROWS_MOST   64

struct row;

struct seat { /* written by one of the two; on lines of its own */
    uint64_t arrived __attribute__((aligned(64)));
    uint64_t ticks[ROWS_MOST]; /* that a row takes by itself */
};

struct board {
    uint64_t start;                               /* of the region that comes next */
    uint64_t open;                                /* whether they may begin */
    uint64_t common __attribute__((aligned(64))); /* the row that must conflict */
    struct seat seat[2];
};
static struct board *const board = (struct board *)BOARD;

/* --- this core's own -------------------------------------------------------------------------------------------- */

static unsigned number;   /* of this core: 0 or 1 */
static bool timed;        /* regions are marked, and their lengths in simulated time kept */
static uint64_t ports[2]; /* the device of each */

static struct {
    uint64_t inner;      /* handle of its inner tree */
    uint64_t core;       /* of its child's core */
    uint64_t core_index; /* of that processor */
    uint64_t claim;      /* of its device */
    struct buffer transfer;
    struct core_context child; /* what its child is started with, but for the entry */
} world;

/* For calls that copy out. */
static _Alignas(PAGE) char buffer[4 * PAGE];

/* What a scene has made: handles through the own share, and slots of the set; 0: none. */
static uint64_t made[TIMES], slots[TIMES];

/* --- waiting ------------------------------------------------------------------------------------------------------ */

/* Until the other core has come here as often as this one. */
static void
meet(void)
{
    static uint64_t meetings;
    word_set(&board->seat[number].arrived, ++meetings);
    word_wait(&board->seat[1 - number].arrived, meetings);
}

/* clock_now, without a way through the kernel. */
static uint64_t
ticks_now(void)
{
    return __builtin_ia32_rdtsc();
}

/* By the clock alone, which is this core's own. */
static void
time_wait(uint64_t until)
{
    while (ticks_now() < until)
        __builtin_ia32_pause();
}

/* Until nothing of this account waits in limbo. */
static void
limbo_wait(void)
{
    static struct share_status status;
    for (unsigned looks = 0; looks < CLAIM_MOST; looks++) {
        check_equal(sizeof(status), share_stat(OWN_SHARE, &status, sizeof(status)));
        if (status.account_limbo == 0)
            return;
        __builtin_ia32_pause();
    }
    check(false);
}

/* --- what scenes are made of ------------------------------------------------------------------------------------ */

static uint64_t
segment_make(uint64_t pages)
{
    int64_t segment = segment_alloc(OWN_SHARE, "scene", MEMORY_HERE);
    check(segment > 0);
    check_equal(0, segment_set_nbytes((uint64_t)segment, pages * PAGE));
    return (uint64_t)segment;
}

static void
segments_make(uint64_t pages)
{
    for (unsigned i = 0; i < TIMES; i++)
        made[i] = segment_make(pages);
}

/* The handle through the own share goes to made[i], the slot to slots[i]. */
static void
share_make(unsigned i)
{
    struct call_result share = share_alloc_pair(OWN_SHARE, "scene", MEMORY_HERE, 0);
    check(share.value > 0);
    made[i] = (uint64_t)share.value;
    slots[i] = share.second;
}

static void
tree_make(unsigned i, uint64_t kind)
{
    int64_t tree = at_alloc(OWN_SHARE, kind, "scene", MEMORY_HERE);
    check(tree > 0);
    made[i] = (uint64_t)tree;
}

/* Gives up all that is made. */
static void
made_drop(void)
{
    for (unsigned i = 0; i < TIMES; i++) {
        if (slots[i] != 0)
            check_equal(0, self_drop(HANDLE(slots[i], 0)));
        if (made[i] != 0)
            check_equal(0, share_delobj(made[i]));
        made[i] = slots[i] = 0;
    }
}

static void
window_map(uint64_t segment, uint64_t pages)
{
    check_equal(0, at_set_seg(boot_page->root, WINDOW, segment, 0, pages * PAGE, PERM_R | PERM_W));
}

static void
window_unmap(void)
{
    check_equal(0, at_unmap(boot_page->root, WINDOW, MANY * PAGE));
}

static void
pages_write(uint64_t start, uint64_t pages)
{
    for (uint64_t i = 0; i < pages; i++)
        *(volatile uint64_t *)(start + i * PAGE) = i + 1;
}

static void
nothing(void)
{
}

/* --- scenes ----------------------------------------------------------------------------------------------------- */

/* One row of the matrix: what is made before, outside of the region; the calls, each of which checks its success; and
 * what undoes them, outside as well. Or why the row is left out. */
struct scene {
    void (*prepare)(void), (*perform)(void), (*undo)(void);
    const char *left_out;
};

#define SCENE(name) static const struct scene scene_##name

#endif
