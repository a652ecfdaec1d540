/* Tests of 1.4. */
#include "trap.h"

#include "core.h"
#include "paging.h"
#include "panic.h"
#include "test.h"

/* The words that a trap's frame must show. */
static const uint64_t marks[6] = {0x1111, 0x22222222, 0x3333333333333333, 0xffffffff80000000, 0x5555, 0x6666};
#define ERROR_MARK 0xabcdul

struct arrival {
    uint64_t vector;
    bool has_error;
    uint64_t rip, rsp; /* out: where the frame should say that it came from */
};

/* Enters the vector's stub as the processor would: on an aligned stack, which holds the core at its top as the own stacks
 * of NMI, #DF and #MC do. */
static void
trap_simulate(void *argument)
{
    struct arrival *arrival = argument;
    register uint64_t r12 __asm__("r12") = marks[3];
    register uint64_t r13 __asm__("r13") = marks[4];
    register uint64_t r14 __asm__("r14") = marks[5];
    __asm__ volatile("lea 1f(%%rip), %%r8\n"
                     "mov %%r8, %c[rip](%%rdi)\n"
                     "mov %%rsp, %c[rsp](%%rdi)\n"
                     "mov %%rsp, %%r9\n"
                     "and $-16, %%rsp\n"
                     "sub $16, %%rsp\n"
                     "mov %%gs:0, %%r10\n"
                     "mov %%r10, (%%rsp)\n"
                     "pushq %[data]\n"
                     "push %%r9\n"
                     "pushfq\n"
                     "pushq %[code]\n"
                     "push %%r8\n"
                     "cmpb $0, %c[has_error](%%rdi)\n"
                     "je 2f\n"
                     "pushq %[error]\n"
                     "2: jmp *%%r11\n"
                     "1:"
                     :
                     : "D"(arrival), "a"(marks[0]), "c"(marks[1]), "d"(marks[2]), "r"(r12), "r"(r13), "r"(r14),
                       "r"(trap_stubs[arrival->vector]), [rip] "i"(offsetof(struct arrival, rip)),
                       [rsp] "i"(offsetof(struct arrival, rsp)), [has_error] "i"(offsetof(struct arrival, has_error)),
                       [data] "i"(SELECTOR_KERNEL_DATA), [code] "i"(SELECTOR_KERNEL_CODE), [error] "i"(ERROR_MARK)
                     : "memory", "cc", "r8", "r9", "r10");
}
