/* platform.h in ring 3: user/test_platform.c does the work. */
#include "cores_check.h"

TEST(platform_memory)
{
    cores_check("test_platform memory", 0);
}

TEST(platform_input)
{
    cores_check("test_platform input", 0);
}

TEST(platform_team)
{
    cores_check("test_platform team", 0);
}
