/* init: the first process of the Linux peer (peer.py). Runs programs, one after another, and ends the machine.
 *
 * Behind `--` on the kernel's command line stand its arguments; a program with its own arguments is one of them, in
 * quotes. What the kernel has not understood it puts before them, so they begin where `nonce=` stands:
 *
 *     nonce=WORD cores=N processes=0|1 huge_pages=0|1 "wc /books/kjv.txt" "memclone 4"
 *     nonce=WORD symbols                                   prints the kernel's symbols, and runs nothing
 *
 * A program is a child that is executed afresh: none inherits memory, descriptors or a processor from another,
 * and one that crashes ends alone. While it runs, init sleeps. Records and output are files in memory meanwhile,
 * so that no device is touched within what is measured; afterwards init hands them to QEMU through ports:
 *
 *     0xE9   records (grade/records.py): for each program `run`, its own, and `exit` with its status; at last `end`
 *     0xE8   what it has printed; `exit` says how many bytes
 *     0xF4   the end, with the values of Corey's kernel (lab1-boot/given/result.c)
 *
 * Should init itself be lost, the kernel panics, and by its command line that resets the machine. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PORT_OUTPUT  0xe8
#define PORT_RESULTS 0xe9
#define PORT_EXIT    0xf4

/* QEMU's exit status is twice this and one. */
#define END_PASSED 16
#define END_FAILED 17
#define END_HOLE   19

#define HOLE_STATUS   39  /* of a program that stops in a hole */
#define SIGNAL_STATUS 128 /* of one that a signal ended: this and the signal's number */
#define NO_PROGRAM    127

#define RECORDS_FILE   "/records"
#define OUTPUT_FILE    "/output"
#define ARGUMENTS_MOST 32

static const char *nonce;
static unsigned records; /* written so far */

/* Ports are ours only between these. Were they so while a program runs, it would inherit them, and each switch to it
 * would copy their bitmap. */
static void
ports_open(void)
{
    if (ioperm(PORT_OUTPUT, PORT_EXIT - PORT_OUTPUT + 1, 1) != 0)
        abort(); /* the kernel panics */
}

static void
ports_close(void)
{
    ioperm(PORT_OUTPUT, PORT_EXIT - PORT_OUTPUT + 1, 0);
}

static void
port_write(unsigned short port, const char *text, size_t bytes)
{
    outsb(port, text, bytes);
}

__attribute__((noreturn)) static void
machine_end(unsigned char value)
{
    outb(value, PORT_EXIT);
    abort();
}

/* Writes a record of init's own, with the letter of Corey's kernel. */
__attribute__((format(printf, 2, 3))) static void
record(const char *kind, const char *format, ...)
{
    char json[2600], line[2700]; /* a kernel's command line has at most 2048 bytes */
    va_list values;
    va_start(values, format);
    vsnprintf(json, sizeof(json), format, values);
    va_end(values);
    int length = snprintf(line, sizeof(line), "@%s %u 0 k %s %s\n", nonce, records++, kind, json);
    port_write(PORT_RESULTS, line, (size_t)length);
}

/* Hands a file over through a port, if there is one, and removes it. Returns how many bytes it had; adds to
 * *lines, if given, how many lines. */
static size_t
file_hand_over(const char *path, unsigned short port, unsigned *lines)
{
    struct stat status = {0};
    int file = open(path, O_RDONLY);
    if (file < 0 || fstat(file, &status) != 0 || status.st_size == 0)
        return 0;
    size_t bytes = (size_t)status.st_size;
    const char *text = mmap(NULL, bytes, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (text == MAP_FAILED)
        abort();
    port_write(port, text, bytes);
    for (size_t i = 0; lines && i < bytes; i++)
        *lines += text[i] == '\n';
    munmap((void *)text, bytes);
    close(file);
    unlink(path);
    return bytes;
}

/* In the child: becomes the program. `command` is cut at its blanks. */
__attribute__((noreturn)) static void
program_become(char *command)
{
    char path[256], number[16], *arguments[ARGUMENTS_MOST + 1] = {NULL};
    unsigned count = 0;
    for (char *word = strtok(command, " "); word && count < ARGUMENTS_MOST; word = strtok(NULL, " "))
        arguments[count++] = word;
    snprintf(number, sizeof(number), "%u", records);
    setenv("RESULTS", RECORDS_FILE, 1);
    setenv("NONCE", nonce, 1);
    setenv("FIRST_RECORD", number, 1);
    int output = open(OUTPUT_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0600);
    if (count == 0 || output < 0 || dup2(output, STDOUT_FILENO) < 0 || dup2(output, STDERR_FILENO) < 0)
        _exit(NO_PROGRAM);
    close(output);
    snprintf(path, sizeof(path), "/bin/%s", arguments[0]);
    execv(path, arguments);
    perror(path);
    _exit(NO_PROGRAM);
}

/* Runs one program to its end, and all that it has left running with it. Returns its status. */
static int
program_run(char *command)
{
    int status = 0;
    record("run", "{\"command\":\"%s\"}", command);
    ports_close();
    pid_t program = fork(), ended;
    if (program == 0)
        program_become(command);
    do
        ended = wait(&status); /* orphans, too, are ours to wait for */
    while (program > 0 && ended != program);
    kill(-1, SIGKILL);
    while (wait(NULL) > 0)
        ;
    ports_open();
    status = program < 0           ? NO_PROGRAM
             : WIFSIGNALED(status) ? SIGNAL_STATUS + WTERMSIG(status)
                                   : WEXITSTATUS(status);
    file_hand_over(RECORDS_FILE, PORT_RESULTS, &records);
    size_t printed = file_hand_over(OUTPUT_FILE, PORT_OUTPUT, NULL);
    record("exit", "{\"program\":\"%s\",\"status\":%d,\"printed\":%zu}", command, status, printed);
    return status;
}

/* The kernel's own table of symbols: Debian's package has none. */
static bool
symbols_print(void)
{
    static char piece[1 << 16];
    mkdir("/proc", 0500);
    int file = mount("proc", "/proc", "proc", 0, NULL) == 0 ? open("/proc/kallsyms", O_RDONLY) : -1;
    ssize_t bytes = -1;
    while (file >= 0 && (bytes = read(file, piece, sizeof(piece))) > 0)
        port_write(PORT_OUTPUT, piece, (size_t)bytes);
    return bytes == 0;
}

/* Takes a word `name=value` into the environment of the programs. */
static bool
setting_take(const char *word)
{
    static const char *const settings[][2] = {
        {"cores=", "CORES"}, {"processes=", "PROCESSES"}, {"huge_pages=", "HUGE_PAGES"}};
    for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
        size_t length = strlen(settings[i][0]);
        if (strncmp(word, settings[i][0], length) == 0) {
            setenv(settings[i][1], word + length, 1);
            return true;
        }
    }
    return false;
}

int
main(int argc, char **argv)
{
    int at = 1, end = END_PASSED;
    while (at < argc && strncmp(argv[at], "nonce=", 6) != 0)
        at++;
    if (at == argc)
        return 1; /* nothing has been asked for: the kernel panics */
    nonce = argv[at++] + 6;
    clearenv();
    ports_open();
    for (; at < argc; at++) {
        if (setting_take(argv[at]))
            continue;
        int status = strcmp(argv[at], "symbols") == 0 ? !symbols_print() : program_run(argv[at]);
        if (status != 0)
            end = status == HOLE_STATUS ? END_HOLE : END_FAILED;
    }
    record("end", "{\"count\":%u}", records);
    machine_end((unsigned char)end);
}
