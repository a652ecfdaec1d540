/* Kernel tests: small functions that register where they stand, one a boot, chosen by `test=NAME`. Those that leave the
 * machine as they found it may also run one after another: `test=NAME,GROUP_*`.
 *
 *     TEST(page_alloc_home)
 *     {
 *         check(page_free_count() > 0);
 *         check_equal(3, page->home);
 *     }
 *
 * A check that fails ends the test. A test that returns has passed. */
#ifndef COREY_TEST_H
#define COREY_TEST_H

#include "table.h"
#include "types.h"

struct test {
    const char *name;
    void (*run)(void);
    bool early;
};

#define TEST_OF(name, early)                                                                                 \
    static void test_##name(void);                                                                           \
    static const struct test test_entry_##name = {#name, test_##name, early};                                \
    TABLE_ENTRY(test, 50, const struct test, name, &test_entry_##name);                                      \
    static void test_##name(void)

#define TEST(name) TEST_OF(name, false)

/* A test that needs no pages: it runs before their lists are made, so what makes them (exercises 1.2, 1.3) may still be
 * wrong. */
#define TEST_EARLY(name) TEST_OF(name, true)

TABLE(test, const struct test);

#define check(condition)                                                                                     \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            test_fail_condition(__FILE__, __LINE__, "not so: " #condition);                                  \
    } while (0)

/* For the four below: integers or pointers; `what` is said of them if they differ. */
#define check_values(kind, what, expected, seen)                                                             \
    do {                                                                                                     \
        int64_t test_expected = (int64_t)(expected), test_seen = (int64_t)(seen);                            \
        if (test_expected != test_seen)                                                                      \
            test_fail(kind, __FILE__, __LINE__, what, test_expected, test_seen);                             \
    } while (0)

#define check_equal(expected, seen) check_values("mismatch", #seen, expected, seen)

/* Within a loop: says which round it was by the value of `index`, a variable. */
#define check_equal_at(index, expected, seen)                                                                \
    check_values("mismatch", test_what_at(#seen, #index, (int64_t)(index)), expected, seen)

/* An invariant that a header or the handout numbers: "P2". */
#define check_kept(invariant, expected, seen)                                                                \
    check_values("mismatch", "broke " invariant ": " #seen, expected, seen)

/* Strings. */
#define check_text(expected, seen) test_compare(__FILE__, __LINE__, #seen, expected, seen)

/* Memory that should have come back. */
#define check_no_leak(expected, seen) check_values("leak", #seen, expected, seen)

__attribute__((noreturn)) void test_fail(const char *kind, const char *file, int line, const char *what,
                                         int64_t expected, int64_t seen);
__attribute__((noreturn)) void test_fail_condition(const char *file, int line, const char *what);

/* Fails unless the strings are equal; one that should be there, and is null, is not. */
void test_compare(const char *file, int line, const char *what, const char *expected, const char *seen);

/* "what, where place is index"; good until the next call. */
const char *test_what_at(const char *what, const char *place, int64_t index);

/* Shows a line on the console, and to the grader, which shows it above the failure that follows. */
__attribute__((format(printf, 1, 2))) void test_show(const char *format, ...);

/* Whether all tests that are named are early ones; false where none is. */
bool test_is_early(const char *names);

/* Runs the tests that are named, `,` between and `*` at the end of a name for any rest, and ends the machine. */
__attribute__((noreturn)) void test_run(const char *names);

/* Lets this core cross, as it does between two system calls: grace periods end, limbo empties. */
void test_cross(void);

/* Adds a core that never runs, with per-core data of its own, and returns its index: for tests of what several
 * cores do to each other. Its memory is core 0's, and it lasts until the machine ends. */
uint32_t test_add_core(void);

/* Goes on as if this were core `index`. */
void test_as_core(uint32_t index);

/* The next of a seeded series of numbers; the seed is `seed=` on the command line, or 1. */
uint64_t test_random(void);

/* Runs `body(argument)` and expects it to panic: true when it did. The panic prints nothing and the machine goes
 * on. Locks that body held stay held. panic_caught (panic.h) has the frame of a trap that was the reason. */
bool test_panics(void (*body)(void *), void *argument);

#endif
