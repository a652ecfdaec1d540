/* Programs on several cores: user/test_run.c does the work. */
#include "cores_check.h"

TEST(core_run_start)
{
    cores_check("test_run start", 0);
}

TEST(core_run_rules)
{
    cores_check("test_run rules", 0);
}

TEST(core_run_halt)
{
    cores_check("test_run halt", 0);
}

TEST(core_run_late_order)
{
    cores_check("test_run late", 0);
}

TEST(core_run_mutual_halt)
{
    cores_check("test_run mutual", 0);
}

TEST(core_run_claim)
{
    cores_check("test_run claim", 0);
}

TEST(core_run_revoke)
{
    cores_check("test_run revoke", 0);
}
