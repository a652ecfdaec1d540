/* Turns and time. QEMU runs the processors one after another on one thread; here each gets a turn of a few hundred
 * cycles in every round, and the guest's own clock moves from round to round.
 *
 * T1  At the beginning of a turn the core's clock is at least the round's beginning: one that was halted did nothing
 *     meanwhile.
 *     Nor does it wake before the last interrupt between cores was sent, which is what may have woken it.
 * T2  A turn ends with the block in which the clock reaches the turn's end, or with pause, or with hlt.
 * T3  All rounds are as short, and the next begins no earlier than where the last of those who run is. A core that is
 *     beyond a round's end, because of what it had to wait for, runs a block in it at most: a long round would let each
 *     core have what they all fight for to itself.
 * T4  Nothing here knows of the host's time. */
#ifndef MANYCORE_TURNS_H
#define MANYCORE_TURNS_H

#include "core.h"

struct turns_options {
    uint64_t seed; /* 0: all turns are as long as the round */
};

/* From here on the guest's time is the simulation's; called by the processor that runs. False: it cannot be. */
bool turns_begin(const struct turns_options *options);

/* A block begins on processor `current_cpu`, which is not the one of the block before, or whose turn had ended. */
struct core *turn_change(struct core *last);

/* The core waits: until its turn's end, which this is. */
void turn_pause(struct core *core);

/* The core has sent an interrupt to others. */
void turn_interrupts(const struct core *core);

/* The clock is behind the turn's end. */
void turn_end(struct core *core);

#endif
