/* The program's trap area on this core. */
#ifndef COREY_USER_TRAP_H
#define COREY_USER_TRAP_H

#include "segment.h"

/* Gives the page back when the program ends; there may be none. No locks held. */
void trap_area_release(void);

/* The segment that core `index`'s area lies in, which it holds; or null. For the books, while that core
 * stands still. */
struct segment *trap_area_segment(uint32_t index);

#endif
