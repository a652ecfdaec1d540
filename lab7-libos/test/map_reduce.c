/* Exercise 7.7 in ring 3: programs/test_map_reduce.c does the work and says on the console what was wrong. */
#include "../../lab4-addrtree/test/program_check.h"

TEST(map_reduce_values)
{
    program_check("test_map_reduce values", 0);
}

TEST(map_emit)
{
    program_check("test_map_reduce emit", 0);
}

TEST(map_reduce_column)
{
    program_check("test_map_reduce reduce", 0);
}

TEST(map_reduce_job)
{
    program_check("test_map_reduce job", 0);
}

/* On 2 cores. */
TEST(map_reduce_rows)
{
    program_check("test_rows", 0);
}
