/* The experiments: each judges its own work, and ends with status 0 only if that was right. Here in small, on as many
 * cores as the test has; behind each the books must be as before. */
#include "cores_check.h"

static void
experiments_check(void)
{
    cores_check("memclone 256K", 0);
    cores_check("mempass 256K", 0);
    cores_check("locks 2000", 0);
    cores_check("calls 50 64", 0);
    cores_check("shares 50", 0);
    cores_check("segments 50", 0);
}

TEST(experiments_on_1)
{
    experiments_check();
}

TEST(experiments_on_2)
{
    experiments_check();
}

TEST(experiments_on_4)
{
    experiments_check();
}

/* The system shares more than the programs ask for, or less. */
TEST(experiments_sharing)
{
    cores_check("memclone 256K sharing=everything", 0);
    cores_check("mempass 256K sharing=everything", 0);
    cores_check("mempass 256K sharing=apart", 0);
    cores_check("calls 50 64 sharing=everything", 0);
    cores_check("shares 50 sharing=everything", 0);
    cores_check("segments 50 sharing=everything", 0);
}

/* They say so where there is nothing to do. */
TEST(experiments_arguments)
{
    cores_check("memclone 4095", 1);
    cores_check("memclone 4X", 1);
    cores_check("mempass 0", 1);
    cores_check("locks many", 1);
    cores_check("calls 10 0", 1);
    cores_check("shares 0", 1);
    cores_check("segments 0", 1);
}
