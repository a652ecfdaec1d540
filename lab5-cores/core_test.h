/* For tests on many cores: Test("…", cores=N) in grade/labN.py boots them. */
#ifndef COREY_CORE_TEST_H
#define COREY_CORE_TEST_H

#include "test.h"
#include "types.h"

/* Runs body(index, argument) on every core, this one included, side by side, and returns when all are through. The
 * other cores are idle. A check that fails on any of them ends the machine. */
void test_on_all(void (*body)(uint32_t index, void *argument), void *argument);

/* Lets some time pass while this core waits for others: it crosses, so that nobody's grace period waits for it, and
 * carries out orders. For the body of a loop that waits; no locks held. */
void test_pause(void);

/* Waits until *word, which others change, is at least `least`; what they wrote before is seen. No locks held. */
void test_wait_for(const uint64_t *word, uint64_t least);

/* Whether a loop that began at `start`, in clock_ticks(), may go on. For cores that hand a lock to each other many
 * times: where the host runs one of them at a time, each hand-over takes a turn of its scheduler, and as many of them
 * as fit into two seconds do. */
bool test_has_time(uint64_t start);

/* Returns when all other cores are asleep, with nothing to do, and nothing waits in any limbo. No locks held. */
void test_settle(void);

#endif
