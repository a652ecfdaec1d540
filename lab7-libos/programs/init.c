/* init [-c COMMANDS]: the shell (shell.h). Without -c it reads what is typed; the kernel starts it when nobody has
 * asked for another program. */
#include <stdio.h>
#include <string.h>

#include "platform.h"
#include "shell.h"

/* The words behind -c, as one line again; false: too long. */
static int
line_join(char *line, size_t size, int argc, char **argv)
{
    size_t length = 0;
    for (int i = 2; i < argc && length < size; i++)
        length += (size_t)snprintf(line + length, size - length, "%s%s", i > 2 ? " " : "", argv[i]);
    return length < size;
}

static void
greet(void)
{
    printf("Corey: %u core%s. `help` lists the commands; each program runs on a core of its own.\n", cores(),
           cores() == 1 ? "" : "s");
    if (cores() == 1)
        printf("This one is the shell's. CPUS=2 has one for a program; RUN= starts a program instead.\n");
}

int
main(int argc, char **argv)
{
    char line[SHELL_LINE_MOST] = "";
    if (argc > 1 && strcmp(argv[1], "-c") == 0) {
        if (line_join(line, sizeof(line), argc, argv))
            return shell_line(line);
    } else if (argc == 1) {
        greet();
        return shell_prompt();
    }
    fprintf(stderr, "usage: init [-c COMMANDS]\n");
    return STATUS_WRONG;
}
