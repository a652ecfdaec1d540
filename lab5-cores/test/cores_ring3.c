/* Programs on several cores: user/test_run.c does the work. */
#include "../../lab4-addrtree/test/program_check.h"

TEST(core_run_start)
{
    program_check("test_run start", 0);
}

TEST(core_run_rules)
{
    program_check("test_run rules", 0);
}

TEST(core_run_halt)
{
    program_check("test_run halt", 0);
}

TEST(core_run_late_order)
{
    program_check("test_run late", 0);
}

TEST(core_run_mutual_halt)
{
    program_check("test_run mutual", 0);
}

TEST(core_run_claim)
{
    program_check("test_run claim", 0);
}

TEST(core_run_revoke)
{
    program_check("test_run revoke", 0);
}
