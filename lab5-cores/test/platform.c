/* platform.h in ring 3: user/test_platform.c does the work. */
#include "../../lab4-addrtree/test/program_check.h"

TEST(platform_memory)
{
    program_check("test_platform memory", 0);
}

TEST(platform_input)
{
    program_check("test_platform input", 0);
}

TEST(platform_team)
{
    program_check("test_platform team", 0);
}
