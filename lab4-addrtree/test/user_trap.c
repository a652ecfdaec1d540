/* Given: traps of ring 3. user/test_traps.c is ring 3's side. */
#include "program_check.h"
#include "tree_test.h"

/* A program that must be ended by this exception; the kernel lives, and nothing is left of it. */
static void
check_ended_by(const char *command, uint64_t vector)
{
    struct share_books before = share_books_take();
    struct program_end end;
    check_equal(0, program_run(command, &end));
    check_equal(END_FAULT, end.reason);
    check_equal(vector, end.status);
    check(end.rip >= USER_BASE && end.rip < USER_END);
    check_share_books(before);
    program_check("hello", 0);
}

TEST(trap_divide_ends_the_program)
{
    check_ended_by("test_traps divide", VECTOR_DIVIDE);
}

TEST(trap_wild_pointer_ends_the_program)
{
    check_ended_by("test_traps wild", VECTOR_PAGE);
}

TEST(trap_kernel_pointer_ends_the_program)
{
    check_ended_by("test_traps kernel", VECTOR_PAGE);
}

TEST(trap_privileged_ends_the_program)
{
    check_ended_by("test_traps privileged", VECTOR_PROTECTION);
}

TEST(trap_in_a_handler_ends_the_program)
{
    check_ended_by("test_traps nested", VECTOR_DIVIDE);
}

TEST(trap_hostile_area_ends_the_program)
{
    check_ended_by("test_traps hostile", VECTOR_PAGE);
}

/* Memory that is mapped, but not to be executed. */
TEST(trap_execute_data)
{
    program_check("test_traps execute", 0);
}

/* The handler sees cause, address and all registers, and mends what was wrong. */
TEST(trap_handled)
{
    program_check("test_traps handled", 0);
}

TEST(trap_area_rules)
{
    program_check("test_traps area", 0);
}

TEST(trap_return_rules)
{
    program_check("test_traps return", 0);
}

TEST(trap_pending)
{
    program_check("test_traps pending", 0);
}

/* No page left is a trap of its own kind, and not the end. */
TEST(trap_no_page)
{
    program_check("test_traps memory", 0);
}

/* A page that is mapped, and that the processor may not touch all the same. */
TEST(trap_processor_access)
{
    program_check("test_traps processor", 0);
}

/* A program starts with clean vector registers, whatever the one before has left. */
TEST(trap_vectors_are_clean)
{
    program_check("test_traps vectors", 0);
    program_check("test_traps vectors", 0);
}
