/* The shell: it starts programs, each on a free core of its own.
 *
 *     wc /books/kjv.txt      in front: has the keyboard, and the shell waits for its end
 *     wc /books/kjv.txt &    behind: the shell goes on at once, and says when it is over
 *     help; cores            one after the other
 *
 * The status of a command is its program's, 128 and the signal where a trap or core_halt ended it (ended.h), or one of
 * these. */
#ifndef COREY_SHELL_H
#define COREY_SHELL_H

#define STATUS_WRONG    2   /* of the shell's own commands */
#define STATUS_NO_CORE  126 /* the program could not be started */
#define STATUS_NO_NAME  127 /* there is none of that name */
#define STATUS_KILLED   128 /* and the signal */
#define SHELL_WORDS     32
#define SHELL_LINE_MOST 480 /* so that a command fits into a boot page */

/* A command of the shell's own. words[0] is its name. Its status. */
struct shell_command {
    const char *name, *usage, *help;
    int (*run)(int count, char **words);
};

/* Those of show.c: what there is in the machine. */
int show_cores(int count, char **words);
int show_programs(int count, char **words);
int show_shares(int count, char **words);

/* Runs a line, which it cuts into pieces. Returns the last command's status. */
int shell_line(char *line);

/* Reads lines and runs them, until `exit` or the end of the input. Returns the status of exit. */
int shell_prompt(void);

#endif
