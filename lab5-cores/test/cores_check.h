/* program_check for programs that use several cores. */
#ifndef COREY_CORES_CHECK_H
#define COREY_CORES_CHECK_H

#include "../../lab4-addrtree/test/program_check.h"
#include "core_test.h"

/* Runs the command, which must end by itself with this status; when the other cores are idle again, the books must be
 * as they were. */
static inline void
cores_check(const char *command, int64_t status)
{
    struct share_books before = share_books_take();
    struct program_end end;
    check_equal(0, program_run(command, &end));
    check_equal(END_EXIT, end.reason);
    check_equal(status, end.status);
    test_settle();
    check_share_books(before);
}

#endif
