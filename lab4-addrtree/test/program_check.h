/* For tests whose work is done by a program in ring 3: those of this lab and of later ones. */
#ifndef COREY_PROGRAM_CHECK_H
#define COREY_PROGRAM_CHECK_H

#include "../../lab3-shares/test/share_test.h"
#include "program.h"
#include "test.h"
#include "trap_area.h"

/* Runs the command, which must end by itself with this status and leave the books as they were. */
static inline void
program_check(const char *command, int64_t status)
{
    struct share_books before = share_books_take();
    struct program_end end;
    check_equal(0, program_run(command, &end));
    check_equal(END_EXIT, end.reason);
    check_equal(status, end.status);
    check_share_books(before);
}

#endif
