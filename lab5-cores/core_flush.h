/* Exercise 5.4, the heart: shootdown. Its contract is that of core_flush in core.h (lab 1), whose weak default it
 * replaces; here is how.
 *
 *     this core                                        a core of the set
 *     changes the tables
 *     raises its `want`   (locked: a full fence)       where := ring 3   (locked: a full fence)
 *     reads its `where`                                reads want, and does not go if it was raised
 *
 * What `want` is after the raise is the flush's ticket: it has been made when `done` has reached that.
 *
 * F1  Ask first, then look: one of the two sees what the other has written, so no core stays in ring 3 with an old
 *     translation and no interrupt on its way.
 * F2  Only a core that is in ring 3, and has not made the flush yet, is interrupted. One that is in its kernel
 *     flushes on its way out; one that is asleep loads its tables anew.
 * F3  All are asked before any is waited for: the interrupts travel side by side.
 * F4  Waiting ends when the core has left that ring 3, or has made the flush. Nobody waits for a core that is in its
 *     kernel or asleep: that one may be waiting for us. */
#ifndef COREY_CORE_FLUSH_H
#define COREY_CORE_FLUSH_H

#include "core.h"

/* What this core has asked of others, for tests and the books. */
struct core_counts {
    uint64_t asked;       /* flushes of other cores' TLBs */
    uint64_t interrupted; /* interrupts sent, for flushes and for orders */
};
extern PER_CORE struct core_counts core_counts;

#endif
