/* From the boot page to main: the command's words become its arguments. */
#include "start.h"

#include "calls.h"

#define ARGUMENTS_MOST 64

const struct boot_page *boot_page;

int main(int argc, char **argv);

/* Cuts the command into words, in place. */
static int
words_split(char *command, char **words)
{
    int count = 0;
    while (count < ARGUMENTS_MOST) {
        while (*command == ' ')
            *command++ = '\0';
        if (*command == '\0')
            break;
        words[count++] = command;
        while (*command != ' ' && *command != '\0')
            command++;
    }
    return count;
}

__attribute__((weak)) void /* until lab 7, whose C library has more to do */
program_begin(int argc, char **argv)
{
    program_exit(main(argc, argv));
}

__attribute__((noreturn)) void
program_start(const struct boot_page *page)
{
    static char command[sizeof(page->command)];
    static char *words[ARGUMENTS_MOST + 1];
    boot_page = page;
    for (unsigned i = 0; i < sizeof(command) - 1; i++)
        command[i] = page->command[i];
    program_begin(words_split(command, words), words);
    __builtin_unreachable();
}

__attribute__((noreturn)) void
program_exit(int status)
{
    core_exit(status);
    __builtin_unreachable();
}
