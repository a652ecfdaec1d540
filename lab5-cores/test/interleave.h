/* Two functions as if on two cores, on one: the processor traps after each instruction (SDM vol. 3B, 18.3.1.4), and the
 * trap's handler decides which of the two goes on. So every place where one core can be overtaken by the other comes
 * about, the same in every run. What only a store buffer or a compiler can do, this does not show: ThreadSanitizer and
 * real cores do.
 *
 *     first    =======>             ====>         ===>  ...
 *              lead                 quantum
 *     second           ===========>      =======>       ...
 *                      reply             quantum */
#ifndef COREY_INTERLEAVE_H
#define COREY_INTERLEAVE_H

#include "test.h"

struct interleaving {
    void (*first)(void);  /* as core 0 */
    void (*second)(void); /* as core 1; neither checks anything itself: what it sees, `judge` checks */
    void (*ready)(void);  /* called before each run, as core 0; may be null */
    void (*judge)(void);  /* called after each run, as core 0: checks what is left */
    uint64_t reply_most, quantum; /* instructions */
};

/* Runs both with every number of first's instructions as lead and every number of second's, up to reply_most, as
 * reply. The test fails when the two do not end. Returns how many runs it took. Once a test. */
uint64_t interleave(const struct interleaving *functions);

#endif
