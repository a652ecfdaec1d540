/* The shell in ring 3: `init -c` runs commands as if they were typed, and ends with the status of the last one. */
#include "../../lab4-addrtree/test/program_check.h"

/* The status is the program's, or says how it ended. */
TEST(shell_status)
{
    program_check("init -c hello", 0);
    program_check("init -c test_libc exit 7", 7);
    program_check("init -c test_libc exit 7; hello", 0);
    program_check("init -c ; hello;;test_libc exit 8 ;", 8);
    program_check("init -c test_libc fault 8", 128 + 11);
    program_check("init -c no_such_program", 127);
}

/* A program has its memory as from the kernel, and all else that it needs. */
TEST(shell_programs)
{
    program_check("init -c test_calls memory", 0);
    program_check("init -c test_libc stdio", 0);
    program_check("init -c test_libc files", 0);
    program_check("init -c test_malloc 7", 0);
    program_check("init -c test_platform team", 0);
    program_check("init -c test_map_reduce job", 0);
}

/* On 2 cores there is room for one program beside the shell. */
TEST(shell_cores)
{
    program_check("init -c sleep & hello", 126);
    program_check("init -c sleep & halt 1; wait; hello", 0);
    program_check("init -c hello & wait; hello & wait; test_libc exit 3", 3);
    program_check("init -c sleep & cores; ps; shares", 0);
    program_check("init -c halt 1", 2);
}

/* What still runs when the shell ends is ended, too. */
TEST(shell_exit)
{
    program_check("init -c sleep & exit 5; hello", 5);
    program_check("init -c hello & exit", 0);
}

/* On 3 cores. */
TEST(shell_cfork)
{
    program_check("init -c test_cfork memory", 0);
    program_check("init -c test_child own", 0);
}

TEST(shell_fails)
{
    program_check("test_start_fails launch", 0);
}
