/* From the boot page to main: the command's words become its arguments, but for NAME=VALUE: these are settings. */
#include "start.h"

#include <stddef.h>

#include "calls.h"

#define ARGUMENTS_MOST 64
#define SETTINGS_MOST  8

const struct boot_page *boot_page;

static const char *settings[SETTINGS_MOST];
static unsigned setting_count;

int main(int argc, char **argv);

/* The value behind the '=' of a word; null: the word has none. */
static const char *
word_value(const char *word)
{
    while (*word != '\0')
        if (*word++ == '=')
            return word;
    return NULL;
}

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

/* Takes the settings out of the words; how many are left. The first word is the program's name. */
static int
settings_take(int count, char **words)
{
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (i > 0 && word_value(words[i]) && setting_count < SETTINGS_MOST)
            settings[setting_count++] = words[i];
        else
            words[kept++] = words[i];
    }
    words[kept] = NULL;
    return kept;
}

const char *
program_setting(const char *name)
{
    for (unsigned i = 0; i < setting_count; i++) {
        const char *word = settings[i], *wanted = name;
        while (*wanted != '\0' && *word == *wanted)
            word++, wanted++;
        if (*wanted == '\0' && *word == '=')
            return word + 1;
    }
    return NULL;
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
    program_begin(settings_take(words_split(command, words), words), words);
    __builtin_unreachable();
}

__attribute__((noreturn)) void
program_exit(int status)
{
    core_exit(status);
    __builtin_unreachable();
}
