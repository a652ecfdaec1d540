/* Exercise 7.7 in ring 3: programs/test_map_reduce.c does the work and says on the console what was wrong. */
#include "program.h"
#include "test.h"
#include "trap_area.h"

/* Runs a program, which must end by itself with status 0. */
static void
program_check(const char *command)
{
    struct program_end end;
    check_equal(0, program_run(command, &end));
    check_equal(END_EXIT, end.reason);
    check_equal(0, end.status);
}

TEST(map_emit)
{
    program_check("test_map_reduce emit");
}

TEST(map_reduce_column)
{
    program_check("test_map_reduce reduce");
}

TEST(map_reduce_job)
{
    program_check("test_map_reduce job");
}
