/* Sleep: a program's core rests until it is woken or a time has come.
 *
 * A wake is an order (ORDER_WAKE). Carried out, it leaves a mark, which ends the sleep, or keeps the next one from
 * beginning: so it does not matter whether the wake comes before the sleep or in it. Between looking at the mark and
 * resting, core_rest looks at the orders once more, when the others can see already that the core is asleep. */
#ifndef COREY_CORE_SLEEP_H
#define COREY_CORE_SLEEP_H

#include "core.h"

/* Takes the mark of a wake away: the next program is not woken by what was meant for the last one. */
void core_wake_forget(void);

/* Ends the sleep that this core's program is in, if it is in one, without going back to it: the program is to end. */
void core_sleep_over(void);

/* Whether the program of core `index` sleeps. For the books, while that core stands still (it rests no more then). */
bool core_sleeps(uint32_t index);

#endif
