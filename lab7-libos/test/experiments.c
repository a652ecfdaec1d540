/* forks: it judges its own work. Behind it the books must be as before. */
#include "../../lab4-addrtree/test/program_check.h"

TEST(forks_on_1)
{
    program_check("forks 3 16K", 0);
    program_check("forks 0", 1);
}

TEST(forks_on_2)
{
    program_check("forks 3 16K", 0);
}

TEST(forks_on_4)
{
    program_check("forks 3 16K", 0);
    program_check("forks 3 16K sharing=everything", 0);
}
