/* The monitor's line and its own commands. */
#include "monitor.h"

#include "backtrace.h"
#include "console.h"
#include "line.h"
#include "paging.h"
#include "result.h"
#include "string.h"
#include "test.h"

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
    char line[LINE_MAX], *words[MONITOR_WORDS];
    for (;;) {
        line_read("corey> ", line);
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

/* A number in base 16, with or without 0x in front; 0 for anything else. */
static uint64_t
number_read(const char *text)
{
    uint64_t value = 0;
    if (strncmp(text, "0x", 2) == 0)
        text += 2;
    for (; *text != '\0'; text++) {
        static const char digits[] = "0123456789abcdef";
        unsigned digit = 0;
        while (digit < 16 && digits[digit] != *text)
            digit++;
        if (digit == 16)
            return 0;
        value = value << 4 | digit;
    }
    return value;
}

struct peek {
    uint64_t address, words;
};

static void
peek_print(void *argument)
{
    const struct peek *peek = argument;
    for (uint64_t i = 0; i < peek->words; i++) {
        const volatile uint64_t *word = (const volatile uint64_t *)peek->address + i;
        if (i % 4 == 0)
            console_print("%016lx ", (uint64_t)word);
        console_print(" %016lx%s", *word, i % 4 == 3 || i + 1 == peek->words ? "\n" : "");
    }
}

COMMAND(peek,
        "peek ADDRESS WORDS shows memory; base 16; what is below ffff800000000000 is a physical address")
{
    struct peek peek = {.words = argc > 2 ? number_read(argv[2]) : 8};
    peek.address = argc > 1 ? number_read(argv[1]) & ~7ul : 0;
    if (peek.address < DIRECT_MAP)
        peek.address += DIRECT_MAP;
    if (test_panics(peek_print, &peek))
        console_print(" nothing is mapped there\n");
}

COMMAND(reboot, "start the machine again")
{
    machine_reboot();
}

COMMAND(halt, "end the machine")
{
    machine_exit(EXIT_GOOD);
}
