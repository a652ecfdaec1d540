/* The cores of a program on Linux: threads of one process or, where the environment has PROCESSES=1, processes.
 *
 * What all cores have in common lies in one piece of memory that is mapped before main, shared: with processes, each
 * has it at the same address, as it has the windows (windows.c). */
#ifndef COREY_LINUX_TEAM_H
#define COREY_LINUX_TEAM_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#define MAX_CORES 1024

/* What one core keeps for itself, across its lives in several processes; on a line of its own. */
struct seat {
    size_t window_next; /* bytes of its window that are taken */
    bool over;          /* a process: its body has returned; read by core 0 when the process has ended */
} __attribute__((aligned(64)));

struct team {
    unsigned count; /* of cores in this run_on_all */
    bool crowded;   /* there are fewer processors than cores: one that waits sleeps instead of spinning */
    unsigned gate;  /* an enum gate: whether the bodies may begin; atomic */
    unsigned arrived __attribute__((aligned(64))); /* at this barrier; atomic */
    unsigned turn __attribute__((aligned(64)));    /* barriers passed; atomic */

    pthread_mutex_t order
        __attribute__((aligned(64))); /* guards: sequence, and the order in the results' file */
    unsigned sequence;                /* number of the next record */

    struct seat seat[MAX_CORES];
};

extern struct team *team;

/* The number of the core that this runs on. */
extern _Thread_local unsigned own_core;

/* Whether a variable of the environment is set, and not to 0. */
bool setting(const char *name);

/* Waits until *word is another than `value`, and acquires what was written before it became so. Both are for words of
 * *team. */
void word_wait(unsigned *word, unsigned value);

/* Writes *word, and releases what was written before to those who wait for it. */
void word_set(unsigned *word, unsigned value);

/* Core 0, while it waits: ends the program if the process of another core is lost, since it will not come. */
void members_check(void);

/* Writes what this core has marked and not written yet. Another process that is made of this one would write it
 * again. */
void marks_leave(void);

/* The processes' windows, reserved before the first of them is made. Returns false when there is no room. */
bool windows_reserve(void);

/* In a process that is to be another core: fills in the pages of the inputs that its parent had mapped. Threads and
 * Corey's cores have them from the one who mapped them. */
void inputs_populate(void);

#endif
