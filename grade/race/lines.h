/* Trips of memory's lines between cores: counted, not timed, so each run says the same.
 *
 * What gcc's -fsanitize=thread puts beside each access of the code that is measured comes here (lines.c) in place of
 * ThreadSanitizer. An access is a trip when it reads a line of which the core has no copy, and another has; or writes
 * one of which others have copies, which they lose. Caches hold everything; what nobody has had yet makes no trip. */
#ifndef COREY_LINES_H
#define COREY_LINES_H

#include "types.h"

/* Trips until now. */
extern uint64_t line_trips;

#endif
