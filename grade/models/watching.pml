/* The words by which cores watch each other (lab1-boot/core.h, given/core.c).
 *
 * A model includes this file instead of machine.pml, and numbers its own words from CORE_WORDS on. */

#define WHERE(core)   (4 * (core))
#define ORDERS(core)  (4 * (core) + 1)
#define WANT(core)    (4 * (core) + 2)
#define DONE(core)    (4 * (core) + 3)
#define CORE_WORDS    (4 * CORES)

#include "machine.pml"

/* States in `where`: above these two bits it counts crossings. */
#define KERNEL 0
#define RING3  1
#define ASLEEP 2
#define STATE(where) ((where) & 3)
#define CROSSED(where, state) (((where) & 252) + 4 + (state))

/* core_cross, a locked exchange; and what would be a plain store. */
#define CROSS(core, state) LOCKED(core, memory[WHERE(core)] = CROSSED(memory[WHERE(core)], state))
#define PLAIN_CROSS(core, state) STORE(core, WHERE(core), CROSSED(SEES(core, WHERE(core)), state))

/* An inter-processor interrupt. It waits while the core has interrupts off: in its kernel. */
bool interrupt[CORES];
