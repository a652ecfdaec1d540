/* What the tests of shares have in common. Slots 1 and 2 of the set are theirs. */
#ifndef COREY_SHARE_TEST_H
#define COREY_SHARE_TEST_H

#include "../../lab2-segments/test/segment_test.h"
#include "call.h"
#include "calls3.h"
#include "share.h"

/* Memory, and what the root account has spent. */
struct share_books {
    struct books memory;
    uint64_t spent;
};
struct share_books share_books_take(void);

#define check_share_books(before)                                                                            \
    do {                                                                                                     \
        check_books((before).memory);                                                                        \
        check_no_leak((before).spent, account_used(account_root));                                           \
    } while (0)

/* A share below `parent` (may be null), with its own account where a limit is given; the caller's reference. */
struct share *share_make(struct share *parent, uint64_t limit_pages);

/* The same, and in a slot of this core's set, with all rights; the slot's reference alone. */
struct share *share_make_in(unsigned slot, struct share *parent, uint64_t limit_pages);

/* A new object that `account` (may be null) pays for; the caller's reference. */
struct object *thing_make(struct account *account);

/* A new object, entered with these rights; the share's reference alone. */
struct object *thing_in(struct share *share, uint64_t rights);

/* A system call. */
#define call(name, ...) call_number(CALL_NUMBER_##name, (uint64_t[6]){__VA_ARGS__})
int64_t call_number(unsigned number, const uint64_t arguments[6]);

/* Runs body(argument) one instruction at a time, and watch() after each; returns how many they were. */
uint64_t step_through(void (*body)(void *), void *argument, void (*watch)(void));

#endif
