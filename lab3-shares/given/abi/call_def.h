/* The form of calls3.def, calls4.def, ...: a lab's system calls, one each:
 *
 *     CALL(number, name, (C parameters of the stub), (their names), "kinds", "rights", errors)
 *
 * number   16 * lab + index, never used again
 * kinds    a letter an argument, for the fuzzer:
 *              s share   o object of any type   g segment   t tree   c core   d device: handles
 *              n name or null   m core whose memory   # number   b page-aligned bytes   a page-aligned address
 *              p perm   r rights   w copy mode   i id   z timestamp   f trap frame or context   > buffer to write
 *              < buffer to read
 * rights   what the caller must be able to show, as text
 * errors   ERROR_SET(INVAL) | ...: all that the call can return
 *
 * What the call does, with units, stands as a comment above its line. Whoever includes a list defines CALL before,
 * and undefines it after. */
#ifndef COREY_CALL_DEF_H
#define COREY_CALL_DEF_H

#include "error.h"

#define ERROR_SET(name) (1ul << -(E_##name))

#endif
