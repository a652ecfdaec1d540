/* Names of tests as a person types them: `test=NAME,GROUP_*`. */
#ifndef COREY_TEST_NAMES_H
#define COREY_TEST_NAMES_H

#include "types.h"

/* Whether one of the names chooses the test. */
bool names_choose(const char *names, const char *name);

/* The test whose name is most like the first of these; null: none is like it. */
const char *names_nearest(const char *names);

/* Whether the first of these is called as a test is that runs on the host, under ThreadSanitizer: NAME_race. */
bool names_are_races(const char *names);

#endif
