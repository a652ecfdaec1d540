/* The screen: what the loader found of it, VGA text or pixels (boot_info.h); perhaps there is none. */
#ifndef COREY_SCREEN_H
#define COREY_SCREEN_H

#include "types.h"

#define FONT_FIRST  ' ' /* the first character that has a glyph */
#define FONT_GLYPHS 95
#define FONT_ROWS   8 /* of pixels, of a glyph */
#define FONT_WIDTH  6 /* pixels from one character to the next, and from one row to the next */
#define FONT_HEIGHT 10

extern const uint64_t font_glyphs[FONT_GLYPHS];

/* Clears the screen. Start-up, after paging_begin; until then, and without a screen, what is shown is dropped. */
void screen_open(void);

/* Shows the bytes at the cursor: printable ASCII, newline, carriage return, backspace. Lines move up at the end. The
 * caller keeps other cores out. */
void screen_write(const char *bytes, size_t length);

#endif
