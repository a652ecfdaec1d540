/* The screen as rows of cells, a character each. What is on it is kept in memory too, since devices are slow to read:
 * only cells that change are drawn. */
#include "screen.h"

#include "boot_info.h"
#include "machine.h"
#include "paging.h"

#define COLUMNS_MAX 200
#define ROWS_MAX    100

#define BIG_WIDTH 1600 /* pixels from which on each of a letter becomes 2 x 2 */

/* VGA text: a byte of the character, a byte of its colours; its cursor is switched off by a register of the CRTC. */
#define TEXT_PLAIN       0x0700
#define TEXT_INVERTED    0x7000
#define CRTC_INDEX       0x3d4
#define CRTC_DATA        0x3d5
#define CRTC_CURSOR      0x0a
#define CRTC_CURSOR_NONE 0x20

static struct {
    _Alignas(CACHE_LINE) char *start; /* null: no screen */
    uint32_t pitch, pixel;            /* bytes of a line, of a pixel; pixel 0: VGA text */
    uint32_t scale;
    uint32_t columns, rows;
    uint32_t column, row; /* the cursor; at a row's end, column = columns */
    char cell[ROWS_MAX][COLUMNS_MAX];
} screen;

/* A pixel's bytes are all alike, black or white, so four can be written whatever its size: the next one repairs what is
 * too much, and right of the last column there is room. */
static void
glyph_draw(uint32_t row, uint32_t column, char c, bool inverted)
{
    uint64_t glyph = font_glyphs[c - FONT_FIRST];
    for (uint32_t y = 0; y < FONT_HEIGHT * screen.scale; y++) {
        uint32_t line = y / screen.scale;
        uint64_t bits = line < FONT_ROWS ? glyph >> 8 * (FONT_ROWS - 1 - line) << 1 : 0;
        char *at = screen.start + (row * FONT_HEIGHT * screen.scale + y) * screen.pitch +
                   column * FONT_WIDTH * screen.scale * screen.pixel;
        for (uint32_t x = 0; x < FONT_WIDTH * screen.scale; x++, at += screen.pixel) {
            bool on = bits >> (FONT_WIDTH - 1 - x / screen.scale) & 1;
            *(volatile uint32_t *)at = on != inverted ? UINT32_MAX : 0;
        }
    }
}

static void
cell_draw(uint32_t row, uint32_t column, bool inverted)
{
    char c = screen.cell[row][column];
    if (screen.pixel == 0)
        *(volatile uint16_t *)(screen.start + row * screen.pitch + 2 * column) =
            (uint16_t)((inverted ? TEXT_INVERTED : TEXT_PLAIN) | c);
    else
        glyph_draw(row, column, c, inverted);
}

static void
cell_set(uint32_t row, uint32_t column, char c)
{
    if (screen.cell[row][column] == c)
        return;
    screen.cell[row][column] = c;
    cell_draw(row, column, false);
}

/* Draws the cell under the cursor with the cursor or without. */
static void
cursor_draw(bool on)
{
    if (screen.column < screen.columns)
        cell_draw(screen.row, screen.column, on);
}

static void
line_end(void)
{
    screen.column = 0;
    if (screen.row + 1 < screen.rows) {
        screen.row++;
        return;
    }
    for (uint32_t row = 0; row < screen.rows; row++)
        for (uint32_t column = 0; column < screen.columns; column++)
            cell_set(row, column, row + 1 < screen.rows ? screen.cell[row + 1][column] : ' ');
}

static void
character_put(char c)
{
    if (c == '\n')
        line_end();
    else if (c == '\r')
        screen.column = 0;
    else if (c == '\b' && screen.column > 0)
        screen.column--;
    if (c < ' ' || c > '~')
        return;
    if (screen.column == screen.columns)
        line_end();
    cell_set(screen.row, screen.column++, c);
}

void
screen_write(const char *bytes, size_t length)
{
    if (screen.start == NULL)
        return;
    cursor_draw(false);
    for (size_t i = 0; i < length; i++)
        character_put(bytes[i]);
    cursor_draw(true);
}

void
screen_open(void)
{
    const struct boot_framebuffer *found = &boot.framebuffer;
    if (found->width == 0 || found->height == 0)
        return;
    bool text = found->bits == 0;
    screen.pitch = found->pitch;
    screen.pixel = (found->bits + 7) / 8;
    screen.scale = found->width >= BIG_WIDTH ? 2 : 1;
    /* Less than the width, for glyph_draw. */
    uint32_t columns = text ? found->width : (found->width - 1) / (FONT_WIDTH * screen.scale);
    uint32_t rows = text ? found->height : found->height / (FONT_HEIGHT * screen.scale);
    screen.columns = (uint32_t)minimum(columns, COLUMNS_MAX);
    screen.rows = (uint32_t)minimum(rows, ROWS_MAX);
    if (text) {
        port_write8(CRTC_INDEX, CRTC_CURSOR);
        port_write8(CRTC_DATA, CRTC_CURSOR_NONE);
    }
    screen.start = screen_map(found->start, (uint64_t)found->height * found->pitch);
    for (uint32_t row = 0; row < screen.rows; row++)
        for (uint32_t column = 0; column < screen.columns; column++)
            cell_set(row, column, ' ');
}
