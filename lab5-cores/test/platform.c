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

/* The argument's second letter says what the setting comes to. */
TEST(platform_sharing)
{
    cores_check("test_platform sc", 0);
    cores_check("test_platform sc sharing=chosen", 0);
    cores_check("test_platform se sharing=everything", 0);
    cores_check("test_platform sharing=apart sa", 0);
    cores_check("test_platform s sharing=some", 1);
}
