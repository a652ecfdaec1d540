/* test_marker: regions of which the instructions have been counted by hand; grade/bench/test_count.py compares.
 *
 * Each region stands in one statement, so that the compiler adds nothing to it. */
#include "marker.h"
#include "platform_calls.h"

#define NO_CALL   999 /* a number that no system call has: into the kernel, and back with an error */
#define BEGIN     MARKER_TEXT("%c[begin]")
#define END       MARKER_TEXT("%c[end]")
#define WAIT      MARKER_TEXT("%c[wait]")
#define WAIT_OVER MARKER_TEXT("%c[over]")
#define NOP       "nop\n\t"
#define SYSCALL   "syscall\n\t"

/* 1 + 2 * turns instructions. */
#define LOOP(turns) "movl $" turns ", %%ecx\n0:\tdecl %%ecx\n\tjnz 0b\n\t"

#define region(text)                                                                                         \
    ({                                                                                                       \
        uint64_t number = NO_CALL;                                                                           \
        __asm__ volatile(BEGIN text END                                                                      \
                         : "+a"(number)                                                                      \
                         : [begin] "i"(MARKER_REGION_BEGIN), [end] "i"(MARKER_REGION_END),                   \
                           [wait] "i"(MARKER_WAIT_BEGIN), [over] "i"(MARKER_WAIT_END)                        \
                         : "rcx", "rdx", "r11", "memory");                                                   \
    })

int
main(void)
{
    region("");
    clock_now(); /* counts nowhere */
    region(NOP);
    region(LOOP("100000"));
    clock_now();
    region(NOP NOP WAIT LOOP("5000") WAIT_OVER NOP);
    region(LOOP("10") BEGIN LOOP("20")); /* two: the next one's begin ends a region, too */
    region(NOP SYSCALL NOP);
    region(WAIT NOP SYSCALL NOP WAIT_OVER); /* a wait does not hide what the kernel does */
    return 0;
}
