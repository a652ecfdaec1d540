/* The C library in ring 3: programs/test_libc.c does the work; here is what it must end with. */
#include "console.h"
#include "program_check.h"

#define COMMAND_MOST 64

TEST(libc_stdio)
{
    program_check("test_libc stdio", 0);
}

/* Another sequence of sizes for each `seed=` of the command line. */
TEST(libc_malloc)
{
    char command[COMMAND_MOST];
    format_text(command, sizeof(command), "test_libc malloc %lu", test_random());
    program_check(command, 0);
}

TEST(libc_out_of_memory)
{
    program_check("test_libc memory", 0);
}

TEST(libc_files)
{
    program_check("test_libc files", 0);
}

TEST(libc_errno)
{
    program_check("test_libc errno", 0);
}

TEST(libc_exit_status)
{
    program_check("test_libc exit 7", 7);
}

/* exit() does what atexit has asked for, and then flushes every stream. */
TEST(libc_exit_flush)
{
    program_check("test_libc farewell 8", 8);
}

/* abort() ends a program as a signal does: 128 + SIGABRT. */
TEST(libc_abort)
{
    program_check("test_libc abort", 134);
}

/* The library's state goes with the program, however it ended: the next one starts afresh. */
TEST(libc_twice)
{
    program_check("test_libc abort", 134);
    program_check("test_libc stdio", 0);
    program_check("test_libc files", 0);
    program_check("test_libc stdio", 0);
}
