/* test_libc_team own | exit STATUS | fault: the C library on the cores of run_on_all; test/libc.c runs it on 2
 * cores. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "platform.h"

#define BLOCKS     200
#define BLOCK_MOST 20000

/* Each core has its own errno, heap and random numbers, all as they stood. */
static void
body_own(unsigned core, void *argument)
{
    static char *blocks[BLOCKS];
    const char *text = argument;
    check_equal(0, strcmp(text, "made before"));
    check_equal(EDOM, errno);
    errno = (int)core;
    for (unsigned i = 0; i < BLOCKS; i++) {
        size_t bytes = (size_t)rand() % BLOCK_MOST + 1;
        blocks[i] = malloc(bytes);
        check(blocks[i] != NULL);
        memset(blocks[i], (int)core, bytes);
    }
    barrier();
    for (unsigned i = 0; i < BLOCKS; i++) {
        check_equal(core, *blocks[i]);
        free(blocks[i]);
    }
    check_equal(core, errno);
    if (core != 0) {
        char byte;
        check_equal(-1, read(0, &byte, 1)); /* the keyboard is core 0's */
        check_equal(ENOENT, errno);
    }
    barrier();
}

/* A core that leaves its body ends the program, as exit() would have on core 0. */
static void
body_exit(unsigned core, void *argument)
{
    if (core == 1)
        exit(*(int *)argument);
    barrier();
}

static void
body_fault(unsigned core, void *argument)
{
    if (core == 1)
        *(volatile char *)argument = 0;
    barrier();
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (strcmp(what, "own") == 0) {
        char *text = strdup("made before");
        errno = EDOM;
        for (int times = 0; times < 3; times++) {
            check_equal(0, run_on_all(body_own, text));
            errno = EDOM;
        }
        free(text);
        return 0;
    }
    int status = argc > 2 ? atoi(argv[2]) : 0;
    run_on_all(strcmp(what, "exit") == 0 ? body_exit : body_fault,
               strcmp(what, "exit") == 0 ? (void *)&status : (void *)(uintptr_t)strtoul("8", NULL, 0));
    return 2;
}
