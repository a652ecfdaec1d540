/* run_on_all on Linux: a core is a thread or a process, pinned to a processor of its own where there are enough of
 * them. A process that is lost ends the program, and none outlives core 0. */
#define _GNU_SOURCE
#include "team.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform.h"

#define SIGNAL_STATUS 128 /* of a program that a signal ended: this and its number, as shells say it */

enum gate {
    GATE_CLOSED,
    GATE_OPEN, /* all cores exist */
    GATE_VOID, /* one could not be made: nobody enters a body */
};

/* One core of a run_on_all, but for core 0. */
struct member {
    unsigned core;
    pthread_t thread;
    pid_t process; /* 0: a thread, or its end has been seen */
    void (*body)(unsigned core, void *argument);
    void *argument;
};

struct team *team;
_Thread_local unsigned own_core;

/* Of this run_on_all; only core 0 uses them. */
static struct member *members; /* [count] */
static cpu_set_t allowed;      /* the processors that the program may use */

bool
setting(const char *name)
{
    const char *text = getenv(name);
    return text && *text && !(text[0] == '0' && text[1] == '\0');
}

unsigned
cores(void)
{
    const char *text = getenv("CORES");
    unsigned long number = text ? strtoul(text, NULL, 10) : 1;
    return number < 1 ? 1 : number > MAX_CORES ? MAX_CORES : (unsigned)number;
}

__attribute__((constructor)) static void
team_make(void)
{
    const char *first = getenv("FIRST_RECORD");
    pthread_mutexattr_t shared;
    team = mmap(NULL, sizeof(*team), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (team == MAP_FAILED || pthread_mutexattr_init(&shared) != 0 ||
        pthread_mutexattr_setpshared(&shared, PTHREAD_PROCESS_SHARED) != 0 ||
        pthread_mutex_init(&team->order, &shared) != 0) {
        perror("team");
        exit(1);
    }
    team->sequence = first ? (unsigned)strtoul(first, NULL, 10) : 0;
}

/* --- the ends of processes ------------------------------------------------------------------------------------ */

/* Ends the program as the process of another core has ended, if that was not by returning from its body. */
static void
member_judge(const struct member *member, int status)
{
    if (WIFSIGNALED(status)) {
        fprintf(stderr, "a core's process was ended by signal %d\n", WTERMSIG(status));
        exit(SIGNAL_STATUS + WTERMSIG(status));
    }
    if (WEXITSTATUS(status) != 0)
        exit(WEXITSTATUS(status));
    if (!team->seat[member->core].over) {
        fprintf(stderr, "a core's process has ended within its body\n");
        exit(1);
    }
}

void
members_check(void)
{
    for (unsigned core = 1; core < team->count; core++) {
        int status;
        if (members[core].process == 0 || waitpid(members[core].process, &status, WNOHANG) <= 0)
            continue;
        members[core].process = 0;
        member_judge(&members[core], status);
    }
}

/* --- on every core -------------------------------------------------------------------------------------------- */

static void *
member_run(void *pointer)
{
    struct member *member = pointer;
    own_core = member->core;
    if (setting("PROCESSES"))
        inputs_populate();
    word_wait(&team->gate, GATE_CLOSED);
    if (__atomic_load_n(&team->gate, __ATOMIC_RELAXED) == GATE_OPEN) /* acquired above */
        member->body(member->core, member->argument);
    return NULL;
}

/* --- on core 0 ------------------------------------------------------------------------------------------------ */

/* Where a core may run: on the processor of its rank among those that the program may use or, if there is not one for
 * every core, on any. */
static cpu_set_t
core_place(unsigned core)
{
    cpu_set_t own = allowed;
    int processor = 0;
    if (team->crowded)
        return own;
    while (!CPU_ISSET(processor, &allowed) || core-- > 0)
        processor++;
    CPU_ZERO(&own);
    CPU_SET(processor, &own);
    return own;
}

/* Both of these tie the new core to its place before it has run: if it had to do so itself, it might first have to wait
 * for a processor on which another core spins. They return 0 or an errno. */
static int
thread_make(struct member *member)
{
    cpu_set_t place = core_place(member->core);
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error)
        return error;
    error = pthread_attr_setaffinity_np(&attributes, sizeof(place), &place);
    if (!error)
        error = pthread_create(&member->thread, &attributes, member_run, member);
    pthread_attr_destroy(&attributes);
    return error;
}

/* Variables are the process's own from here on. What it has in a buffer of stdio it writes itself. */
static int
process_make(struct member *member)
{
    cpu_set_t place = core_place(member->core);
    pid_t parent = getpid(), process = fork();
    if (process < 0)
        return errno;
    if (process == 0) {
        if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != parent) /* no core outlives core 0 */
            _exit(1);
        member_run(member);
        team->seat[member->core].over = true;
        _exit(fflush(stdout) != 0);
    }
    sched_setaffinity(process, sizeof(place), &place);
    member->process = process;
    return 0;
}

/* Waits for the end of the first `count` members. */
static void
members_join(unsigned count)
{
    for (unsigned core = 1; core < count; core++) {
        int status = 0;
        if (!setting("PROCESSES"))
            pthread_join(members[core].thread, NULL);
        else if (members[core].process && waitpid(members[core].process, &status, 0) > 0)
            member_judge(&members[core], status);
    }
}

/* Makes all members, runs core 0's body itself and waits for the others. */
static int
members_run(void)
{
    int error = 0;
    unsigned made = 1;
    cpu_set_t place = core_place(0);
    sched_setaffinity(0, sizeof(place), &place);
    for (; made < team->count && !error; made += !error)
        error = setting("PROCESSES") ? process_make(&members[made]) : thread_make(&members[made]);
    word_set(&team->gate, error ? GATE_VOID : GATE_OPEN);
    if (!error)
        members[0].body(0, members[0].argument);
    members_join(made);
    sched_setaffinity(0, sizeof(allowed), &allowed);
    return -error;
}

int
run_on_all(void (*body)(unsigned core, void *argument), void *argument)
{
    unsigned count = cores();
    marks_leave();
    if (setting("PROCESSES") && !windows_reserve())
        return -ENOMEM;
    members = calloc(count, sizeof(*members));
    if (!members)
        return -ENOMEM;
    for (unsigned core = 0; core < count; core++) {
        members[core] = (struct member){.core = core, .body = body, .argument = argument};
        team->seat[core].over = false;
    }
    team->count = count;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0)
        memset(&allowed, 0xff, sizeof(allowed)); /* there are more of them than it can hold */
    team->crowded = (unsigned)CPU_COUNT(&allowed) < count;
    team->gate = GATE_CLOSED;
    fflush(stdout); /* or each process would write what stands in the buffer */
    int error = members_run();
    free(members);
    return error;
}
