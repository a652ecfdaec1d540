/* Cores that get in each other's way at every instruction, on any host. */
#ifndef COREY_JOSTLE_H
#define COREY_JOSTLE_H

#include "core_test.h"

/* As test_on_all, but that every core traps after each of its instructions (SDM vol. 3B, 18.3.1.4), and now and then
 * waits there, so that others come in between. Where the cores of a machine take turns on one thread of the host, turns
 * end at `pause`, and in the kernel that stands where it waits, which is not where it can be hurt; here they end
 * anywhere. `seed=` on the command line moves the places.
 *
 * A thousand times slower than real cores: a body does as much as a few tens of thousands of instructions. Copying and
 * filling memory count as one. */
void jostle(void (*body)(uint32_t index, void *argument), void *argument);

/* Numbers by which cores can draw side by side; zero-initialised ones, too, and each call gives the next. */
uint64_t jostle_random(uint64_t *state);

#endif
