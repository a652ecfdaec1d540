/* Lines, commands, and the shell's own ones. */
#include "shell.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core_calls.h"
#include "job.h"
#include "start.h"

static bool leaving; /* `exit` has been said */
static int leaving_status;

/* --- the shell's own commands ----------------------------------------------------------------------------------- */

static int command_help(int count, char **words);

static int
command_halt(int count, char **words)
{
    char *end;
    unsigned long index = count == 2 ? strtoul(words[1], &end, 10) : 0;
    struct job *job = count == 2 && *end == '\0' ? job_on(index) : NULL;
    if (!job) {
        printf("halt N: N is a core that runs a program of this shell; `ps` lists them\n");
        return STATUS_WRONG;
    }
    core_halt(job->core);
    return 0;
}

static int
command_wait(int count, char **words)
{
    (void)count, (void)words;
    jobs_report(true);
    return 0;
}

static int
command_exit(int count, char **words)
{
    leaving = true;
    leaving_status = count > 1 ? atoi(words[1]) : 0;
    return leaving_status;
}

static const struct shell_command commands[] = {
    {"help", "", "this list", command_help},
    {"cores", "", "the machine's cores: what each does, and for which program", show_cores},
    {"ps", "", "the programs that run, their cores, and for how long they have", show_programs},
    {"shares", "", "the shares that there are, and what they hold", show_shares},
    {"halt", " N", "ends the program on core N", command_halt},
    {"wait", "", "waits until all programs are over", command_wait},
    {"exit", " [STATUS]", "ends the shell, and with it all programs", command_exit},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int
command_help(int count, char **words)
{
    (void)count, (void)words;
    for (size_t i = 0; i < COMMANDS; i++) {
        int width = printf("%s%s", commands[i].name, commands[i].usage);
        printf("%*s %s\n", 14 - width, "", commands[i].help);
    }
    printf("PROGRAM ...    starts it on a free core; with & behind it, the shell does not wait\nprograms:");
    for (uint64_t i = 0; i < boot_page->modules; i++)
        printf(" %s", boot_page->module[i].name);
    printf("\n");
    return 0;
}

/* --- lines ------------------------------------------------------------------------------------------------------ */

/* Cuts the text into words, in place; -1: there are too many. */
static int
words_split(char *text, char **words)
{
    int count = 0;
    for (char *word = strtok(text, " \t\n"); word; word = strtok(NULL, " \t\n")) {
        if (count == SHELL_WORDS)
            return -1;
        words[count++] = word;
    }
    return count;
}

/* The text without blanks at either end, in place. */
static char *
blanks_cut(char *text)
{
    while (isspace((unsigned char)*text))
        text++;
    size_t length = strlen(text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = '\0';
    return text;
}

/* A command, not empty, without blanks at either end. */
static int
command_run(const char *text, bool behind)
{
    char copy[SHELL_LINE_MOST], *words[SHELL_WORDS];
    if (strlen(text) >= sizeof(copy)) {
        printf("a command has %d characters at the most\n", SHELL_LINE_MOST - 1);
        return STATUS_WRONG;
    }
    strcpy(copy, text);
    int count = words_split(copy, words);
    for (size_t i = 0; i < COMMANDS && count > 0; i++)
        if (strcmp(words[0], commands[i].name) == 0)
            return commands[i].run(count, words);
    return job_start(text, behind);
}

int
shell_line(char *line)
{
    int status = 0;
    while (*line && !leaving) {
        size_t length = strcspn(line, ";&");
        char separator = line[length];
        line[length] = '\0';
        char *command = blanks_cut(line);
        if (*command)
            status = command_run(command, separator == '&');
        line += length + (separator != '\0');
    }
    return status;
}

int
shell_prompt(void)
{
    char line[SHELL_LINE_MOST];
    while (!leaving) {
        jobs_report(false);
        printf("$ ");
        fflush(stdout);
        if (!fgets(line, sizeof(line), stdin))
            break;
        shell_line(line);
    }
    return leaving_status;
}
