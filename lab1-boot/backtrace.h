/* Exercise 1.5: who called whom. The kernel is built with frame pointers (rbp);
 * but a function that calls nothing may have no frame: a fault in it shows the function, and not its caller.
 *
 *      higher addresses    | return address | <- rbp + 8
 *                          | caller's rbp   | <- rbp
 *
 * The first frame of each stack has 0 as its caller's rbp. */
#ifndef COREY_BACKTRACE_H
#define COREY_BACKTRACE_H

#include "types.h"

#define BACKTRACE_MAX 24

/* Fills `calls` with the addresses of the calls that are under way, innermost first, starting from the frame that
 * rbp points to; returns how many, at most `most`.
 * - Each is an address *within* the call instruction (return address - 1): the return address may already belong
 *   to the next line, or to the next function where the callee never returns.
 * - Ends at a saved rbp of 0, and at any frame that backtrace_frame_valid() does not accept, whose two words are
 *   then not read. Frames climb: a saved rbp not above its own frame ends the walk too.
 * Touches no other memory, and takes no lock: it is called from panics. */
size_t backtrace_walk(uint64_t rbp, uint64_t *calls, size_t most);

/* Whether rbp is aligned to 8 and both words at it lie on one of the kernel's stacks. */
bool backtrace_frame_valid(uint64_t rbp);

struct code_line {
    const char *function; /* null: not known */
    uint64_t offset;      /* from the function's start */
    const char *file;     /* null: not known */
    unsigned line;
};

/* Looks an address up in the table that the second link has added. */
struct code_line code_line_find(uint64_t address);

/* The same as text: "name+0x12 file:line", as far as it is known. */
void code_line_format(char *to, size_t size, uint64_t address);

/* Prints the walk from rbp, a call a line. */
void backtrace_print(uint64_t rbp);

#endif
