/* Checks for test programs: one that fails writes a record, says so on the console, and ends the program with
 * status 1. */
#ifndef COREY_CHECK_H
#define COREY_CHECK_H

#include <stdint.h>

#define check(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            check_failed(__FILE__, __LINE__, #condition, 1, 0);                                              \
    } while (0)

/* Integers or pointers. */
#define check_equal(expected, seen)                                                                          \
    do {                                                                                                     \
        int64_t check_expected = (int64_t)(expected), check_seen = (int64_t)(seen);                          \
        if (check_expected != check_seen)                                                                    \
            check_failed(__FILE__, __LINE__, #seen, check_expected, check_seen);                             \
    } while (0)

__attribute__((noreturn)) void check_failed(const char *file, int line, const char *what, int64_t expected,
                                            int64_t seen);

#endif
