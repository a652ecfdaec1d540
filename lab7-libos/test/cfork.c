/* Exercise 7.1 in ring 3: programs/test_cfork.c and test_child.c do the work. After each the books must be as before:
 * all that was charged to a child has come back. */
#include "../../lab4-addrtree/test/program_check.h"

TEST(cfork_memory)
{
    program_check("test_cfork memory", 0);
}

TEST(cfork_shared)
{
    program_check("test_cfork shared", 0);
}

TEST(cfork_inner)
{
    program_check("test_cfork inner", 0);
}

TEST(cfork_wait)
{
    program_check("test_child wait", 0);
}

TEST(cfork_own)
{
    program_check("test_child own", 0);
}

TEST(cfork_shares)
{
    program_check("test_child shares", 0);
}

TEST(cfork_busy)
{
    program_check("test_child busy", 0);
}

TEST(cfork_streams)
{
    program_check("test_cfork streams", 0);
}

TEST(cfork_again)
{
    program_check("test_cfork again", 0);
}

TEST(cfork_back)
{
    program_check("test_child back", 0);
}

/* On 4 cores. */
TEST(cfork_crowd)
{
    program_check("test_cfork crowd", 0);
}

TEST(cfork_leave)
{
    program_check("test_child leave", 0);
    program_check("test_cfork memory", 0);
}

TEST(cfork_grandchild)
{
    program_check("test_child grandchild", 0);
}

TEST(cfork_fails)
{
    program_check("test_start_fails cfork", 0);
}
