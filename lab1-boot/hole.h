/* What stands in an exercise file until the student has written it. */
#ifndef COREY_HOLE_H
#define COREY_HOLE_H

/* Reports "exercise X is not written yet" on console and result channel and ends the machine. */
__attribute__((noreturn)) void hole(const char *exercise);

#endif
