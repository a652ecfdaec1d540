/* A line that a person types and edits at the console, with those typed before it at hand. */
#ifndef COREY_LINE_H
#define COREY_LINE_H

#include "types.h"

#define LINE_MAX     256 /* with the NUL at its end */
#define LINE_HISTORY 16  /* lines that are remembered */

/* Prints the prompt and reads a line into `text`. Left, Right, Home, End (or ^B, ^F, ^A, ^E) move; Backspace, Delete
 * (^D), ^U, ^K delete a character, and all in front and behind; Up and Down (^P, ^N) bring earlier lines. Interrupts
 * off, nothing held: meanwhile this core crosses, and empties its limbo. */
void line_read(const char *prompt, char text[LINE_MAX]);

#endif
