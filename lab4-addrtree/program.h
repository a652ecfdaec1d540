/* Programs: running ring 3 on this core, and what ends it. Exercise 4.5 is in ring3.asm. */
#ifndef COREY_PROGRAM_H
#define COREY_PROGRAM_H

#include "share.h"
#include "trap.h"
#include "tree.h"
#include "trap_area.h"

/* --- exercise 4.5 ---------------------------------------------------------------------------------------------- */

/* ring3_enter(frame): leaves the kernel for ring 3 with all registers of the frame, for the first time and from trap_return;
 * never returns. rip is canonical, flags are filtered: the caller has seen to it.
 *
 * syscall_entry: where `syscall` arrives. The processor has put rip into rcx and rflags into r11, masked the flags,
 * and changed nothing else: rsp is still ring 3's, GS too. It swaps GS, keeps rsp in core->user_stack, takes
 * core->kernel_stack, calls call_enter(number, arguments...), and goes back by sysret. rax and rdx carry the result; all registers but rcx and r11
 * are as they were. sysret with a rip that is not canonical faults in the kernel, on the user's stack (SDM vol. 2B, SYSRET): such a frame goes back by iretq. */
__attribute__((noreturn)) void ring3_enter(const struct trap_frame *frame);
void syscall_entry(void);

/* --- given ------------------------------------------------------------------------------------------------------ */

/* How a program ended. */
struct program_end {
    uint64_t reason; /* enum end_reason (trap_area.h) */
    int64_t status;  /* of core_exit; or the vector */
    uint64_t error, address, rip;
};

/* Runs ring 3 from this frame until it ends, on the tree and share set that are in place; then returns here, on the same
 * kernel stack. How the test runner, the monitor and the start of the machine run programs on core 0. */
void program_enter(const struct trap_frame *frame, struct program_end *end);

/* Ends the program that runs on this core: back to program_enter's caller. */
__attribute__((noreturn)) void program_end(const struct program_end *end);

/* How the last program on core `index` ended; reason 0: none has yet. */
const struct program_end *program_last_end(uint32_t index);

/* What later labs add to a first program's share and boot page; each is called once for each program, after share and root are
 * made. A negative result keeps the program from starting, and all is undone. Slot 1 of the set is the program's own share. */
typedef int program_setup_function(struct share *share, struct boot_page *page);
TABLE(program_setup, program_setup_function);
#define PROGRAM_SETUP(stage, name)                                                                           \
    static int program_setup_##name(struct share *share, struct boot_page *page);                            \
    TABLE_ENTRY(program_setup, stage, program_setup_function, name, program_setup_##name);                   \
    static int program_setup_##name(struct share *share, struct boot_page *page)

/* Makes a first program from the boot module of this name (E_NOENT): its own share with account, root tree, segments, stack and boot page; runs `command` ("wc /books/kjv.txt"), and
 * takes everything apart again. 0 and *end, or why it could not start. */
int program_run(const char *command, struct program_end *end);

#endif
