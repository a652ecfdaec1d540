/* Starting a program from the command line and from the monitor, and telling how it ended. */
#include "boot_info.h"
#include "console.h"
#include "limbo.h"
#include "monitor.h"
#include "program.h"
#include "result.h"
#include "startup.h"
#include "string.h"

/* The word for an error that keeps a program from starting. */
static const char *
error_text(int error)
{
    switch (error) {
    case E_NOENT:
        return "there is no module of that name";
    case E_INVAL:
        return "that is not a program, or its command is too long";
    case E_NOMEM:
    case E_AGAIN:
        return "there is not enough memory";
    default:
        return "it could not be started";
    }
}

static void
fault_describe(char *to, size_t size, const struct program_end *end)
{
    format_text(to, size, "%s at rip 0x%lx, address 0x%lx, error 0x%lx", trap_name((uint64_t)end->status),
                end->rip, end->address, end->error);
}

/* Runs it and tells console and result channel how it ended; true when it ended well. */
static bool
program_report(const char *command)
{
    struct program_end end;
    char name[BOOT_PAGE_COMMAND], quoted_name[BOOT_PAGE_COMMAND], what[160], quoted[200];
    string_copy(name, command, sizeof(name));
    json_quote(quoted_name, sizeof(quoted_name), name);
    int error = program_run(command, &end);
    if (error) {
        console_print("%s: %s (error %d)\n", name, error_text(error), error);
        result_record("fault", "{\"program\":%s,\"what\":%s}", quoted_name,
                      json_quote(quoted, sizeof(quoted), error_text(error)));
        return false;
    }
    if (end.reason == END_EXIT) {
        if (end.status != 0)
            console_print("%s: ended with status %ld\n", name, end.status);
        result_record("exit", "{\"program\":%s,\"status\":%ld}", quoted_name, end.status);
        return end.status == 0;
    }
    fault_describe(what, sizeof(what), &end);
    console_print("%s: ended by %s\n", name, what);
    result_record("fault", "{\"program\":%s,\"what\":%s}", quoted_name,
                  json_quote(quoted, sizeof(quoted), what));
    return false;
}

/* Copies the first program of a line to `command`, without the blanks around it; where the next one begins, null: that
 * was the last. */
static const char *
command_cut(const char *line, char command[BOOT_COMMAND_MAX])
{
    size_t begin = 0, end = 0;
    while (line[end] != ';' && line[end] != '\0')
        end++;
    const char *next = line[end] == ';' ? line + end + 1 : NULL;
    while (line[begin] == ' ')
        begin++;
    while (end > begin && line[end - 1] == ' ')
        end--;
    string_copy(command, line + begin, end - begin + 1);
    return next;
}

/* One that fails keeps no other from its turn. */
void
program_command_run(const char *line)
{
    static char command[BOOT_COMMAND_MAX];
    bool good = true;
    while (line != NULL) {
        line = command_cut(line, command);
        good &= program_report(command);
    }
    machine_exit(good ? EXIT_GOOD : EXIT_FAILED);
}

void
program_init_run(void)
{
    for (uint32_t i = 0; i < boot.module_count; i++)
        if (strcmp(boot.module[i].name, "init") == 0)
            program_report("init");
}

COMMAND(run, "run NAME ARGUMENTS runs a program until it ends")
{
    char line[BOOT_PAGE_COMMAND] = "";
    size_t length = 0;
    for (int i = 1; i < argc && length < sizeof(line); i++)
        length += format_text(line + length, sizeof(line) - length, "%s%s", i > 1 ? " " : "", argv[i]);
    if (argc > 1)
        program_report(line);
    else
        console_print("run what?\n");
}
