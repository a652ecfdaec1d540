/* A touch of memory that is mapped, when no page is left for it: memory(), the stack, variables. (malloc
 * returns null.) */
#ifndef COREY_NO_PAGE_H
#define COREY_NO_PAGE_H

#define NO_PAGE_STATUS 137 /* as a shell shows a program that was killed: 128 + SIGKILL */

/* From now on, such a touch ends the program with a message and NO_PAGE_STATUS, and any other trap ends it with
 * the kernel's report, as before. Called once, before main. A program that wants more names a trap area of its
 * own. */
void no_page_begin(void);

#endif
