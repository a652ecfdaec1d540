/* Editing a line. Nothing but printable characters, blanks and backspaces is sent, which every terminal and the screen
 * understand; the cursor stands at `at`. */
#include "line.h"

#include "console.h"
#include "core.h"
#include "limbo.h"
#include "machine.h"
#include "string.h"

#define CONTROL(letter) ((letter)&0x1f)
#define ESCAPE          0x1b
#define DELETE          0x7f

struct line {
    char *text;
    size_t length, at;
};

static char history[LINE_HISTORY][LINE_MAX];
static size_t history_count; /* lines ever remembered; line n lies at n % LINE_HISTORY */

static char
key_wait(void)
{
    int key;
    while ((key = console_read()) < 0) {
        core_pass(); /* nothing is held while a person thinks: nobody's grace period waits for a key */
        limbo_turn();
        cpu_pause();
    }
    return (char)key;
}

/* The next key; one that a terminal sends as ESC [ letter, ESC O letter or ESC [ number ~ as its twin among the control
 * characters (ECMA-48, 5.4). 0: a key that means nothing here. */
static char
key_read(void)
{
    char key = key_wait();
    if (key != ESCAPE)
        return key;
    char kind = key_wait();
    if (kind != '[' && kind != 'O')
        return 0;
    key = key_wait();
    char last = key;
    while ((last >= '0' && last <= '9') || last == ';')
        last = key_wait();
    static const char keys[][2] = {{'A', CONTROL('P')}, {'B', CONTROL('N')}, {'C', CONTROL('F')},
                                   {'D', CONTROL('B')}, {'H', CONTROL('A')}, {'F', CONTROL('E')},
                                   {'1', CONTROL('A')}, {'3', CONTROL('D')}, {'4', CONTROL('E')}};
    for (size_t i = 0; i < ARRAY_LENGTH(keys); i++)
        if (keys[i][0] == key)
            return keys[i][1];
    return 0;
}

static void
print_times(size_t times, char c)
{
    while (times-- > 0)
        console_write(&c, 1);
}

static void
cursor_move(struct line *line, size_t to)
{
    if (to < line->at)
        print_times(line->at - to, '\b');
    else
        console_write(line->text + line->at, to - line->at);
    line->at = to;
}

static void
insert(struct line *line, const char *text, size_t length)
{
    if (line->length + length >= LINE_MAX)
        return;
    memmove(line->text + line->at + length, line->text + line->at, line->length - line->at);
    memcpy(line->text + line->at, text, length);
    line->length += length;
    console_write(line->text + line->at, line->length - line->at);
    line->at += length;
    print_times(line->length - line->at, '\b');
}

/* Deletes the characters from `first` up to `end`; the cursor stands there then. */
static void
cut(struct line *line, size_t first, size_t end)
{
    cursor_move(line, first);
    memmove(line->text + first, line->text + end, line->length - end);
    line->length -= end - first;
    console_write(line->text + first, line->length - first);
    print_times(end - first, ' ');
    print_times(line->length - first + end - first, '\b');
}

/* Puts line n of the history in the place of what stands there. */
static void
recall(struct line *line, size_t n)
{
    const char *text = history[n % LINE_HISTORY];
    cut(line, 0, line->length);
    insert(line, text, strlen(text));
}

static void
remember(const struct line *line)
{
    line->text[line->length] = '\0';
    string_copy(history[history_count % LINE_HISTORY], line->text, LINE_MAX);
}

/* Moves among the lines from `shown` to `to`, if there is one: history_count is the one that is being typed. Returns
 * what is shown then. */
static size_t
history_go(struct line *line, size_t shown, size_t to)
{
    if (to > history_count || history_count - to >= LINE_HISTORY)
        return shown;
    if (shown == history_count)
        remember(line);
    recall(line, to);
    return to;
}

static void
key_obey(struct line *line, char key)
{
    switch (key) {
    case CONTROL('A'):
        cursor_move(line, 0);
        return;
    case CONTROL('E'):
        cursor_move(line, line->length);
        return;
    case CONTROL('B'):
        cursor_move(line, line->at - (line->at > 0));
        return;
    case CONTROL('F'):
        cursor_move(line, line->at + (line->at < line->length));
        return;
    case CONTROL('D'):
        cut(line, line->at, line->at + (line->at < line->length));
        return;
    case CONTROL('U'):
        cut(line, 0, line->at);
        return;
    case CONTROL('K'):
        cut(line, line->at, line->length);
        return;
    case '\b':
    case DELETE:
        cut(line, line->at - (line->at > 0), line->at);
        return;
    }
    if (key >= ' ' && key <= '~')
        insert(line, &key, 1);
}

void
line_read(const char *prompt, char text[LINE_MAX])
{
    struct line line = {.text = text};
    size_t shown = history_count;
    char key;
    console_print("%s", prompt);
    while ((key = key_read()) != '\r' && key != '\n') {
        if (key == CONTROL('P'))
            shown = history_go(&line, shown, shown - 1); /* before the first: a very large number */
        else if (key == CONTROL('N'))
            shown = history_go(&line, shown, shown + 1);
        else
            key_obey(&line, key);
    }
    console_print("\n");
    remember(&line);
    if (line.length > 0 &&
        (history_count == 0 || strcmp(text, history[(history_count - 1) % LINE_HISTORY]) != 0))
        history_count++;
}
