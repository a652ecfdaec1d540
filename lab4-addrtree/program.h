/* Programs: running ring 3 on this core, and what ends it. Exercise 4.5 is in ring3.asm. */
#ifndef COREY_PROGRAM_H
#define COREY_PROGRAM_H

#include "call.h"
#include "share.h"
#include "trap.h"
#include "tree.h"
#include "trap_area.h"

/* --- exercise 4.5 --------------------------------------------------------------------------------------- */

/* Where `syscall` arrives. The processor has put rip into rcx and rflags into r11, masked the flags, and
 * changed nothing else: rsp is still ring 3's, GS too. This swaps GS, keeps rsp in core->user_stack, takes
 * core->kernel_stack, calls call_enter with rax and the six arguments rdi rsi rdx r10 r8 r9 as an array, and
 * goes back by sysret. rax and rdx carry the result; all registers but rcx and r11 are as they were, and rbp
 * is 0 meanwhile: backtraces end here. sysret with a rip that is not canonical faults in the kernel, on ring
 * 3's stack (SDM vol. 2B, SYSRET): a call from the last address below 2^47, whose rcx is 2^47, is refused
 * before anything is done, by call_refuse(rip), with a stack and GS of the kernel. */
void syscall_entry(void);

/* --- given ---------------------------------------------------------------------------------------------- */

/* Crosses into the kernel, runs a system call, and crosses back. */
struct call_result call_enter(uint64_t number, const uint64_t arguments[6]);

/* Ends the program that called from the last address of its half. */
__attribute__((noreturn)) void call_refuse(uint64_t rip);

/* How a program ended. */
struct program_end {
    uint64_t reason; /* enum end_reason (trap_area.h) */
    int64_t status;  /* of core_exit; or the vector */
    uint64_t error, address, rip;
};

/* Runs ring 3 from this frame until it ends, on the tree, share set and trap target that are in place; then returns
 * here, on the same kernel stack. The caller has raised this core's run number. */
void program_enter(const struct trap_frame *frame, struct program_end *end);

/* Ends the program that runs on this core: back to program_enter's caller. */
__attribute__((noreturn)) void program_end(const struct program_end *end);

/* Whether a program runs on this core: between the two. */
bool program_runs(void);

/* The frame in which a program begins: at `entry`, interrupts on, arguments as the ABI passes the first six. */
static inline struct trap_frame
program_frame(uint64_t entry, uint64_t stack, const uint64_t argument[6])
{
    return (struct trap_frame){
        .rip = entry,
        .cs = SELECTOR_USER_CODE,
        .rflags = 0x202, /* interrupts on; bit 1 is always set */
        .rsp = stack,
        .ss = SELECTOR_USER_DATA,
        .rdi = argument[0],
        .rsi = argument[1],
        .rdx = argument[2],
        .rcx = argument[3],
        .r8 = argument[4],
        .r9 = argument[5],
    };
}

/* Called when a first program is over, its root and shares given up; null: it never began. Until lab 5 nothing is left
 * to do (weak default); then its core is, and what it started on others. */
void program_over(const struct program_end *end);

/* Gives a trap of ring 3 to the program's handler, or ends the program where it has none or is masked (struct
 * trap_area): changes the frame, which the caller then resumes. `frame` came from ring 3. */
void trap_deliver(struct trap_frame *frame, enum trap_cause cause, uint64_t address);

/* What later labs add to a first program's share and boot page; each is called once for each program, after
 * share and root are made. A negative result keeps the program from starting, and all is undone. Slot 1 of
 * the set is the program's own share. */
typedef int program_setup_function(struct share *share, struct boot_page *page);
TABLE(program_setup, program_setup_function);
#define PROGRAM_SETUP(stage, name)                                                                           \
    static int program_setup_##name(struct share *share, struct boot_page *page);                            \
    TABLE_ENTRY(program_setup, stage, program_setup_function, name, program_setup_##name);                   \
    static int program_setup_##name(struct share *share, struct boot_page *page)

/* Makes a first program from the boot module that `command` ("wc /books/kjv.txt") begins with: its own share,
 * root tree, segments, stack and boot page; runs it, and takes everything apart again. 0 and *end, or why it
 * could not start: E_NOENT: no such module. E_INVAL: not a program, or the command is too long. E_NOMEM,
 * E_AGAIN, E_NOSPC. */
int program_run(const char *command, struct program_end *end);

#endif
