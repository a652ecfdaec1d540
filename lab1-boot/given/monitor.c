/* The monitor's line and its own commands. */
#include "monitor.h"

#include "backtrace.h"
#include "console.h"
#include "core.h"
#include "limbo.h"
#include "machine.h"
#include "result.h"
#include "string.h"
#include "test.h"

#define BACKSPACE 0x08
#define DELETE    0x7f

static char
monitor_key(void)
{
    int key;
    while ((key = console_read()) < 0) {
        core_pass(); /* nothing is held while a person thinks: nobody's grace period waits for a key */
        limbo_turn();
        cpu_pause();
    }
    return (char)key;
}

static void
monitor_read_line(char *line, size_t size)
{
    size_t length = 0;
    console_print("corey> ");
    for (;;) {
        char key = monitor_key();
        if (key == '\r' || key == '\n')
            break;
        if ((key == BACKSPACE || key == DELETE) && length > 0) {
            length--;
            console_print("\b \b");
        } else if (key >= ' ' && key <= '~' && length + 1 < size) {
            line[length++] = key;
            console_write(&key, 1);
        }
    }
    line[length] = '\0';
    console_print("\n");
}

/* Cuts the line into words, in place; returns how many. */
static int
words_split(char *line, char **words)
{
    int count = 0;
    while (count < MONITOR_WORDS) {
        while (*line == ' ')
            *line++ = '\0';
        if (*line == '\0')
            break;
        words[count++] = line;
        while (*line != ' ' && *line != '\0')
            line++;
    }
    return count;
}

static void
monitor_do(int argc, char **argv)
{
    TABLE_EACH (command, const struct command, entry)
        if (strcmp((*entry)->name, argv[0]) == 0) {
            (*entry)->run(argc, argv);
            return;
        }
    console_print("no command %s; `help` lists them\n", argv[0]);
}

void
monitor_run(void)
{
    char line[256], *words[MONITOR_WORDS];
    for (;;) {
        monitor_read_line(line, sizeof line);
        int count = words_split(line, words);
        if (count > 0)
            monitor_do(count, words);
    }
}

COMMAND(help, "this list")
{
    TABLE_EACH (command, const struct command, entry)
        console_print("%-12s %s\n", (*entry)->name, (*entry)->help);
}

COMMAND(test, "test NAME runs a test and ends the machine; without a name, lists them")
{
    if (argc > 1)
        test_run(argv[1]);
    TABLE_EACH (test, const struct test, entry)
        console_print("%s\n", (*entry)->name);
}

COMMAND(backtrace, "the calls that are under way")
{
    backtrace_print((uint64_t)__builtin_frame_address(0));
}

COMMAND(halt, "end the machine")
{
    machine_exit(EXIT_GOOD);
}
