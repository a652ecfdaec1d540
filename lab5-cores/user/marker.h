/* Markers: instructions that do nothing, but that whoever watches the machine can see going by.
 *
 * A marker is the seven-byte no-operation `nopl disp32(%rax)` (0f 1f 80 and four bytes), of which the displacement
 * says what is meant. They are good in ring 3 and in the kernel, on Corey and on Linux, and cost an instruction
 * each. grade/bench/count.c, a plugin of QEMU, counts instructions by them. */
#ifndef COREY_MARKER_H
#define COREY_MARKER_H

/* A region is counted on all processors, from its begin on any of them to the next begin or end on any. */
#define MARKER_REGION_BEGIN 0x0c0e0001
#define MARKER_REGION_END   0x0c0e0002

/* Between these the processor that executes them waits in ring 3 for another: no work of the program. */
#define MARKER_WAIT_BEGIN 0x0c0e0003
#define MARKER_WAIT_END   0x0c0e0004

/* A marker as text of an assembly statement; `value` is a string, such as an operand's "%c0". */
#define MARKER_TEXT(value) ".byte 0x0f, 0x1f, 0x80\n\t.long " value "\n\t"

/* A marker as a statement; the compiler moves no access to memory across it. */
#define marker(value) __asm__ volatile(MARKER_TEXT("%c0") : : "i"(value) : "memory")

#endif
