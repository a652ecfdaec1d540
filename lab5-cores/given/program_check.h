/* For kernel tests whose work is done by a program in ring 3. */
#ifndef COREY_PROGRAM_CHECK_H
#define COREY_PROGRAM_CHECK_H

#include "page.h"
#include "program.h"
#include "test.h"
#include "trap_area.h"

/* Runs the command, which must end by itself with this status, and leave no page behind. */
static inline void
program_check(const char *command, int64_t status)
{
    struct program_end end;
    test_cross(); /* what the boot gave up has come back */
    uint64_t free = page_free_count();
    check_equal(0, program_run(command, &end));
    check_equal(END_EXIT, end.reason);
    check_equal(status, end.status);
    test_cross();
    check_no_leak(free, page_free_count());
}

#endif
