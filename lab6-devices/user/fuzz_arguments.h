/* The fuzzer's arguments: memory, and one of each kind that the calls' lists know; included by fuzz.c alone. */
#ifndef COREY_FUZZ_ARGUMENTS_H
#define COREY_FUZZ_ARGUMENTS_H

#include "fuzz_handles.h"

/* --- memory ------------------------------------------------------------------------------------------------------- */

/* Multiples of a page, mostly few and not none. */
static uint64_t
random_bytes(void)
{
    if (chance(5))
        return random_number();
    if (chance(5))
        return random_number() * PAGE;
    return random_below(8) == 0 ? random_below(4) * LARGE : (1 + random_below(ARENA_PAGES)) * PAGE;
}

static uint64_t
random_page(void)
{
    uint64_t address = WINDOW + (chance(50) ? random_below(8) * LARGE : random_below(64) * PAGE);
    return chance(95) ? address : address + random_number();
}

/* Where a call may read or write: mostly memory that is there, or comes when it is touched. */
static uint64_t
random_address(void)
{
    uint64_t at = (uint64_t)arena.header + random_below(ARENA_PAGES * PAGE / 8) * 8;
    if (corner.on && chance(80))
        return corner.address;
    switch (random_below(16)) {
    case 0:
        return (uint64_t)arena.header + ARENA_PAGES * PAGE - random_below(64); /* over the end */
    case 1:
        return 0xffff800000000000ul + random_below(1ul << 28); /* the kernel's */
    case 2:
        return 0x800000000000ul - random_below(2 * PAGE); /* the end of ring 3's half */
    case 3:
        return USER_BASE; /* the program's text: read only */
    case 4:
        return chance(50) ? 0 : random_number();
    case 5:
    case 6:
    case 7:
    case 8:
        return random_page() + random_below(PAGE);
    }
    return at;
}

/* All its pages are to come anew; where a device works on one, they stay. */
static void
arena_renew(void)
{
    segment_set_nbytes(arena.segment, 0);
    segment_set_nbytes(arena.segment, ARENA_PAGES * PAGE);
}

/* Fills a random page of the arena with a request, so that some segment's offset has one. Most suit the clock. */
static void
arena_stir(void)
{
    segment_set_nbytes(arena.segment, ARENA_PAGES * PAGE); /* some call may have cut it */
    struct device_buffer *request = (void *)((char *)arena.header + random_below(ARENA_PAGES) * PAGE);
    *request = (struct device_buffer){.op = chance(60) ? 1 : random_below(6), .length = random_below(256)};
    if (chance(10))
        request->length = random_number();
    if (chance(20))
        request->length = random_below(16) * PAGE;
    request->argument[0] =
        chance(50) ? clock_now() + random_below(boot_page->ticks_per_second) : random_number();
    request->argument[1] = random_number();
}

/* Registers for trap_return: most lead nowhere. */
static uint64_t
random_frame(void)
{
    uint64_t address = (uint64_t)arena.header + random_below(ARENA_PAGES) * PAGE;
    if (corner.on || chance(10))
        return random_address();
    struct user_frame *frame = (struct user_frame *)address;
    for (unsigned i = 0; i < sizeof(*frame) / sizeof(uint64_t); i++)
        ((uint64_t *)frame)[i] = chance(50) ? random_address() : random_number();
    frame->rip = chance(80) ? (uint64_t)arena.header + random_below(PAGE) : 0xfffful << 48 | random_next();
    return address;
}

/* One argument of the kind that the letter says (call_def.h). */
static uint64_t
random_argument(char kind)
{
    static const char name[] = "a name";
    switch (kind) {
    case 'n':
        return chance(70) ? (chance(50) ? (uint64_t)name : 0) : random_address();
    case 'm':
        return chance(90) ? MEMORY_HERE : random_below(3);
    case 'b':
        return random_bytes();
    case 'a':
        return random_page();
    case 'p':
        return chance(90) ? PERM_R | random_below(PERM_ALL + 1) : random_number();
    case 'r':
        return chance(95) ? random_below(RIGHT_ALL + 1) | (chance(60) ? RIGHT_ALL : 0) : random_number();
    case 'w':
        return random_below(chance(95) ? 3 : 5);
    case '<':
    case '>':
        return random_address();
    case 'f':
        return random_frame();
    case 's':
    case 'o':
    case 'g':
    case 't':
    case 'c':
    case 'd':
        return random_handle(kind);
    case 'z':
        return clock_now() + random_below(boot_page->ticks_per_second / 4000); /* it is slept away */
    default:
        return random_number();
    }
}

#endif
