/* Exercise 4.5: into the kernel by `syscall`, and back. user/test_calls.c is ring 3's side. */
#include "calls4.h"
#include "machine.h"
#include "string.h"
#include "program_check.h"
#include "tree_test.h"

TEST(syscall_keeps_registers)
{
    program_check("test_calls registers", 0);
}

/* Whatever ring 3 has in rsp: nothing of it is touched, and it comes back. */
TEST(syscall_leaves_the_stack_alone)
{
    program_check("test_calls stack", 0);
}

TEST(syscall_keeps_flags)
{
    program_check("test_calls flags", 0);
}

TEST(syscall_results)
{
    program_check("test_calls results", 0);
}

/* A call from the last address below 2^47 would return to 2^47, which sysret must not be given. The processor
 * lets no program get that far, so the kernel itself goes to the entry as `syscall` would leave things; GS is
 * the kernel's before and after swapgs. */
TEST(syscall_refuses_a_return_to_nowhere)
{
    static char stack[256] __attribute__((aligned(16)));
    struct trap_frame frame = {.rip = (uint64_t)syscall_entry,
                               .cs = SELECTOR_KERNEL_CODE,
                               .ss = SELECTOR_KERNEL_DATA,
                               .rflags = 2,
                               .rsp = (uint64_t)stack + sizeof(stack),
                               .rax = CALL_NUMBER_core_exit,
                               .rdi = 77,
                               .rcx = 1ul << 47,
                               .r11 = 0x202};
    struct program_end end;
    msr_write(MSR_KERNEL_GS_BASE, (uint64_t)core_this());
    program_enter(&frame, &end);
    check_equal(END_FAULT, end.reason); /* and not END_EXIT: the call was not made */
    check_equal(1ul << 47, end.rip);
    for (size_t i = 0; i < sizeof(stack); i++)
        check_equal(0, stack[i]);
}
