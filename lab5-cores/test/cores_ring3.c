/* Programs on several cores: user/test_run.c, test_sleep.c, test_shootdown.c and test_limbo.c do the work. */
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

TEST(core_sleep_deadline)
{
    cores_check("test_sleep deadline", 0);
}

TEST(core_sleep_latch)
{
    cores_check("test_sleep latch", 0);
}

TEST(core_sleep_pong)
{
    cores_check("test_sleep pong", 0);
}

TEST(shootdown_unmap)
{
    cores_check("test_shootdown unmap", 0);
}

TEST(shootdown_inner)
{
    cores_check("test_shootdown inner", 0);
}

TEST(shootdown_shrink)
{
    cores_check("test_shootdown shrink", 0);
}

TEST(shootdown_copy)
{
    cores_check("test_shootdown copy", 0);
}

/* In 64 MiB: more than ten times its memory here; `make stress` asks for 10 GiB. */
TEST(limbo_many_cores)
{
    cores_check("test_limbo 768", 0);
}

TEST(limbo_many_cores_long)
{
    cores_check("test_limbo 10240", 0);
}
