/* The monitor: what stands at the console when no test and no program was asked for. */
#ifndef COREY_MONITOR_H
#define COREY_MONITOR_H

#include "table.h"
#include "types.h"

#define MONITOR_WORDS 16

struct command {
    const char *name;
    const char *help;
    void (*run)(int argc, char **argv); /* argv[0] is the command's name */
};

/* COMMAND(pages, "free pages of each core") { ... argc, argv ... } */
#define COMMAND(name, help)                                                                                  \
    static void command_##name(int argc, char **argv);                                                       \
    static const struct command command_entry_##name = {#name, help, command_##name};                        \
    TABLE_ENTRY(command, 50, const struct command, name, &command_entry_##name);                             \
    static void command_##name(__attribute__((unused)) int argc, __attribute__((unused)) char **argv)

TABLE(command, const struct command);

/* Reads lines and runs them, for ever. */
__attribute__((noreturn)) void monitor_run(void);

#endif
