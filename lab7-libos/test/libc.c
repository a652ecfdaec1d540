/* The C library in ring 3: programs/test_libc.c does the work; here is what it must end with. */
#include "../../lab4-addrtree/test/program_check.h"

TEST(libc_stdio)
{
    program_check("test_libc stdio", 0);
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

/* The library's trap handler leaves a fault to the kernel: the report says where it was. */
TEST(libc_fault)
{
    struct program_end end;
    check_equal(0, program_run("test_libc fault 8", &end));
    check_equal(END_FAULT, end.reason);
    check_equal(VECTOR_PAGE, end.status);
    check_equal(8, end.address);
}

/* On 2 cores: each has a library of its own, and one that ends ends all. */
TEST(libc_team)
{
    program_check("test_libc_team own", 0);
    program_check("test_libc_team exit 5", 5);
    program_check("test_libc_team fault", 1);
}

/* The library's state goes with the program, however it ended: the next one starts afresh. */
TEST(libc_twice)
{
    program_check("test_libc abort", 134);
    program_check("test_libc stdio", 0);
    program_check("test_libc files", 0);
    program_check("test_libc stdio", 0);
}
