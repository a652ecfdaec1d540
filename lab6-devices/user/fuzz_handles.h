/* The fuzzer's numbers and handles; included by fuzz.c alone.
 *
 * What it stands on: its own segments and its root outside the window. Its play: the arena, a segment mapped once that
 * is never cut, whose first pages hold requests to devices, and the window, in which it maps whatever comes. */
#ifndef COREY_FUZZ_HANDLES_H
#define COREY_FUZZ_HANDLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "calls.h"
#include "devices.h"
#include "start.h"

#define PAGE        4096ul
#define LARGE       (2ul << 20)
#define WINDOW      0x100000000000ul
#define WINDOW_SIZE (1ul << 30)
#define INNER_START (32ul << 20) /* of what is mapped in inner trees */
#define ARENA_PAGES 32
#define POOL_MOST   32
#define OWN_MOST    64
#define PATCHES     6
#define COMMON      HANDLE(2, 0) /* with several cores: the share that all have */
#define FOR_EVER    (~0ul)

#define CORNER_ADDRESS 0x180000000000ul
#define CORNER_PAGES   32

struct fuzz_call {
    uint64_t number;
    const char *name, *kinds;
    uint64_t errors;          /* that it may return */
    uint64_t succeeded, seen; /* times; errors that it has returned */
};

static struct buffer arena, control;
static uint64_t failures, books; /* claims */
static uint64_t own[OWN_MOST];   /* ids that must not be cut or given up */
static unsigned own_count;
static uint64_t patch_segment[PATCHES]; /* ids; likewise (fuzz_contents.h) */
static unsigned own_common;             /* of these, the first so many are all cores' */

/* What most arguments lead to while a corner is looked into (fuzz_corner.h). */
static struct {
    bool on;
    uint64_t share, segment, tree; /* handles */
    uint64_t address;              /* of a page that is not there yet */
} corner;

/* --- numbers ------------------------------------------------------------------------------------------------------ */

static uint64_t random_state;

/* Marsaglia's xorshift64*. */
static uint64_t
random_next(void)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545f4914f6cdd1dul;
}

static uint64_t
random_below(uint64_t bound)
{
    return (random_next() >> 16) % bound;
}

static bool
chance(unsigned percent)
{
    return random_below(100) < percent;
}

static uint64_t
random_number(void)
{
    switch (random_below(6)) {
    case 0:
        return random_next();
    case 1:
        return 1ul << random_below(64);
    case 2:
        return (1ul << random_below(64)) - 1;
    case 3:
        return random_below(600);
    case 4:
        return random_below(40);
    default:
        return random_below(3);
    }
}

/* --- handles ------------------------------------------------------------------------------------------------------ */

static const char pool_letters[] = "sgtdc";
static struct {
    uint64_t handle[POOL_MOST];
    unsigned count;
} pools[sizeof(pool_letters) - 1];

static unsigned
pool_index(char letter)
{
    for (unsigned i = 0; pool_letters[i] != '\0'; i++)
        if (pool_letters[i] == letter)
            return i;
    return random_below(sizeof(pool_letters) - 1); /* 'o': any */
}

static void
pool_add(char letter, uint64_t handle)
{
    unsigned pool = pool_index(letter);
    unsigned at = pools[pool].count < POOL_MOST ? pools[pool].count++ : random_below(POOL_MOST);
    pools[pool].handle[at] = handle;
}

/* The letter of the pool that has this object. */
static char
pool_letter(uint64_t handle)
{
    for (unsigned pool = 0; pool_letters[pool] != '\0'; pool++)
        for (unsigned i = 0; i < pools[pool].count; i++)
            if (handle_id(pools[pool].handle[i]) == handle_id(handle) && handle_id(handle) != 0)
                return pool_letters[pool];
    return 's';
}

/* A handle that has led to nothing is not used again, or the pools would fill with such. */
static void
pool_forget(uint64_t handle)
{
    for (unsigned pool = 0; pool_letters[pool] != '\0'; pool++)
        for (unsigned i = 0; i < pools[pool].count; i++)
            if (pools[pool].handle[i] == handle)
                pools[pool].handle[i] = pools[pool].handle[--pools[pool].count];
}

static uint64_t
pool_any(char letter)
{
    unsigned pool = pool_index(letter);
    return pools[pool].count == 0 ? 0 : pools[pool].handle[random_below(pools[pool].count)];
}

static uint64_t
corner_handle(char letter)
{
    return letter == 's' ? corner.share : letter == 't' ? corner.tree : letter == 'g' ? corner.segment : 0;
}

/* With several cores: ids of common objects, a few of each pool's letter, that all use at once; atomic. */
#define HOT 3
static uint64_t (*hot)[HOT];

static void
hot_add(char letter, uint64_t handle)
{
    if (hot != NULL && handle - handle_id(handle) == COMMON && chance(30))
        __atomic_store_n(&hot[pool_index(letter)][random_below(HOT)], handle_id(handle), __ATOMIC_RELAXED);
}

static uint64_t
hot_any(char letter)
{
    uint64_t id = __atomic_load_n(&hot[pool_index(letter)][random_below(HOT)], __ATOMIC_RELAXED);
    return id == 0 ? 0 : COMMON | id;
}

static uint64_t
random_handle(char letter)
{
    if (corner.on && corner_handle(letter) != 0 && chance(70))
        return corner_handle(letter);
    if (hot != NULL && chance(40))
        return hot_any(letter);
    if (chance(15) && (letter == 's' || letter == 't'))
        return letter == 's' ? OWN_SHARE : boot_page->root;
    uint64_t handle = pool_any(chance(92) ? letter : 'o');
    switch (random_below(40)) {
    case 0:
        return random_next();
    case 1:
        return handle_id(handle);
    case 2:
        return HANDLE(1 + random_below(HANDLE_SLOTS - 1), handle_id(handle));
    case 3:
    case 4:
        return HANDLE(1 + random_below(HANDLE_SLOTS - 1), 0);
    case 5:
        return handle + 1 + random_below(3);
    case 6:
        return handle | 1ul << 63;
    }
    return handle;
}

#endif
