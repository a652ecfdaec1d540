/* The heap in ring 3: programs/test_malloc.c does the work; here is what it must end with. */
#include "console.h"
#include "../../lab4-addrtree/test/program_check.h"

#define COMMAND_MOST   64
#define NO_PAGE_STATUS 137 /* as in given/memory/no_page.h */

/* Another sequence of sizes for each `seed=` of the command line. */
TEST(libc_malloc)
{
    char command[COMMAND_MOST];
    format_text(command, sizeof(command), "test_malloc %lu", test_random() >> 1);
    program_check(command, 0);
}

TEST(libc_out_of_memory)
{
    program_check("test_malloc memory", 0);
}

/* A touch for which no page is left ends the program, with its own status, and gives all of it back. */
TEST(libc_no_page)
{
    program_check("test_malloc touch", NO_PAGE_STATUS);
}
