/* The cores of a program: started together by run_on_all, each with a root tree and a share of its own.
 *
 *     parent's root                       a child's root
 *     text, constants, inputs   ------>   the same segments, read-only
 *     variables, stack, heap    ------>   copies on write, as they stood
 *     windows (PERM_SHARED)     ------>   the same inner tree
 *
 * A child begins below the parent's frame on its copy of the parent's stack, so pointers into that stack are good. Its
 * own share has slot 1 of its set: as in the parent, handles of what both have are the same (launch.h). */
#ifndef COREY_TEAM_H
#define COREY_TEAM_H

#include <stdbool.h>
#include <stdint.h>

#include "trap_area.h"

/* What one core of the team tells the others; on a line of its own. */
struct seat {
    uint64_t window_next; /* offset in the windows' tree at which its own window goes on; 0: at its start */
    uint64_t over;        /* the body has returned; atomic */
} __attribute__((aligned(64)));

/* Lies in core 0's window. */
struct team {
    unsigned count;                                /* of cores; constant */
    unsigned open;                                 /* whether the bodies may begin; atomic */
    unsigned arrived __attribute__((aligned(64))); /* at this barrier; atomic */
    unsigned turn __attribute__((aligned(64)));    /* barriers passed; atomic */
    struct seat seat[];
};

/* This program's; null: run_on_all has not been called. */
extern struct team *team;

/* Core 0, before run_on_all: each further core is to have in slot 2 of its set the share that stands there in ours,
 * too, with all rights. */
void team_share_second(void);

/* The number of the core that this runs on in its team. */
extern unsigned team_core;

/* Core 0, in a body: ends the program when another core has ended without having returned from its body. */
void team_check(void);

/* In a copy of this program that is to go on by itself, on one core: behind copy_enter. It has memory(), inputs and
 * run_on_all of its own; the windows of the team that it comes from stay where they are mapped. */
void team_leave(void);

/* Of platform.c: where in the windows' tree this core's window goes on, after the tree has been made; that this is core
 * `core`, with a root of its own, whose window goes on at `next` (0: at its start); and that it has a root of its own
 * and no part in the windows any more. */
uint64_t window_next(void);
void window_enter(unsigned core, uint64_t next);
void window_leave(void);

#endif
