/* The C library in ring 3: programs/test_libc.c does the work; here is what it must end with. */
#include "console.h"
#include "program.h"
#include "test.h"
#include "trap_area.h"

#define COMMAND_MOST 64

/* Runs a program, which must end by itself with this status. */
static void
program_check_status(const char *command, int64_t status)
{
    struct program_end end;
    check_equal(0, program_run(command, &end));
    check_equal(END_EXIT, end.reason);
    check_equal(status, end.status);
}

TEST(libc_stdio)
{
    program_check_status("test_libc stdio", 0);
}

/* Another sequence of sizes for each `seed=` of the command line. */
TEST(libc_malloc)
{
    char command[COMMAND_MOST];
    format_text(command, sizeof(command), "test_libc malloc %lu", test_random());
    program_check_status(command, 0);
}

TEST(libc_out_of_memory)
{
    program_check_status("test_libc memory", 0);
}

TEST(libc_files)
{
    program_check_status("test_libc files", 0);
}

TEST(libc_errno)
{
    program_check_status("test_libc errno", 0);
}

/* What main returns arrives, after what atexit has asked for. */
TEST(libc_exit_status)
{
    program_check_status("test_libc exit 7", 7);
}

/* abort() ends a program as a signal does: 128 + SIGABRT. */
TEST(libc_abort)
{
    program_check_status("test_libc abort", 134);
}

/* The library's state goes with the program: the next one starts afresh. */
TEST(libc_twice)
{
    program_check_status("test_libc stdio", 0);
    program_check_status("test_libc stdio", 0);
}
