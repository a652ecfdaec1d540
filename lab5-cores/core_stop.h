/* All other cores stand still: for whoever must see the whole machine at one moment, as the books do.
 *
 * A core stops where it carries out its orders: there it holds no lock, and has forgotten what it looked up. While it
 * stands it goes on counting as crossing, so grace periods end and limbo can be emptied. */
#ifndef COREY_CORE_STOP_H
#define COREY_CORE_STOP_H

#include "core.h"

/* Returns when all others stand still; where another core is at it already, stands still for that one first. Crosses.
 * No locks held. */
void core_stop_others(void);

/* Lets them go on. */
void core_go_on(void);

#endif
