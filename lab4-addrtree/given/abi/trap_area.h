/* What the kernel and a program in ring 3 tell each other outside calls: trap area, boot page, end report. */
#ifndef COREY_TRAP_AREA_H
#define COREY_TRAP_AREA_H

#include <stdint.h>

/* Registers of ring 3, as delivered to a trap handler and as trap_return loads them. */
struct user_frame {
    uint64_t rax, rbx, rcx, rdx, rsi, rdi, rbp, rsp;
    uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t rip, rflags, fs_base;
};

/* Causes. */
enum trap_cause {
    TRAP_NONE = 0,
    TRAP_FAULT = 1, /* page fault that no mapping or permission covers */
    TRAP_NO_PAGE =
        2, /* page fault; the mapping is right, but no page is left, or the account is at its limit */
    TRAP_EXCEPTION = 3, /* any other exception: `vector` says which */
    TRAP_TICK = 4,
    TRAP_WAKE = 5,
    TRAP_DEVICE = 6,
};

/* One page that the program has named by core_set_trap; pinned while the core runs. Delivery: the interrupted
 * registers are saved in `frame`, masked = 1, the handler starts on the trap stack. While masked, ticks,
 * wakes and device events set bits of `pending` (1 << cause), and a fault ends the program with a report.
 * trap_return(frame) loads a frame, unmasks, and delivers what is pending. */
struct trap_area {
    uint64_t masked;
    uint64_t pending;
    uint64_t cause;
    uint64_t vector;
    uint64_t error;   /* the processor's error code */
    uint64_t address; /* of the fault */
    struct user_frame frame;
};

/* Why a program, or the run of a core, ended. */
enum end_reason {
    END_EXIT = 1,  /* core_exit(status) */
    END_FAULT = 2, /* a trap with no handler, or while masked: vector, error, address, rip */
    END_HALT = 3,  /* core_halt */
};

#define BOOT_PAGE_VERSION 1
#define BOOT_PAGE_MODULES 54
#define BOOT_PAGE_COMMAND 512

struct boot_page_module {
    char name[48];
    uint64_t segment; /* handle */
    uint64_t bytes;
};

/* The read-only page that a program's rdi points to. */
struct boot_page {
    uint64_t version;
    uint64_t share;            /* handle of the program's own share: HANDLE(1, 0) */
    uint64_t core;             /* handle of the core it runs on; 0 before lab 5 */
    uint64_t root;             /* handle of its root tree */
    uint64_t ticks_per_second; /* of clock_now */
    uint64_t cores;            /* that the program has; a first program: the machine's */
    uint64_t modules;
    char command[BOOT_PAGE_COMMAND]; /* its name and arguments, separated by blanks */
    struct boot_page_module module[BOOT_PAGE_MODULES];
};

/* Where things stand in a first program's address space, by convention of program_run. */
#define USER_BASE      0x400000ul /* static programs are linked here */
#define USER_STACK_TOP 0x7ff000000000ul
#define USER_STACK     (1ul << 20) /* bytes, demand zero */
#define USER_BOOT_PAGE 0x7ff000001000ul

#endif
