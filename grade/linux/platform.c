/* platform.h on Linux: a core is a thread, pinned to a processor of its own where there are enough of them.
 *
 * The environment says how to run:
 *   CORES    number of cores (default 1)
 *   RESULTS  file to which the records of the run are appended (default: standard error)
 *   NONCE    the word that marks this run's records (default '-')
 * A record has the form that Corey's result channel has, so one parser reads both. */
#define _GNU_SOURCE
#include "platform.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "marker.h"

#define MAX_CORES   1024
#define HOLE_STATUS 39 /* what QEMU ends with when a machine stops in a hole */

struct seat {
    pthread_t thread;
    unsigned core;
    void (*body)(unsigned core, void *argument);
    void *argument;
};

static pthread_barrier_t meeting;

/* Held while the threads are made: none enters its body before it is certain that all of them exist. */
static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER; /* guards: all_exist */
static bool all_exist;

unsigned
cores(void)
{
    const char *text = getenv("CORES");
    unsigned long number = text ? strtoul(text, NULL, 10) : 1;
    return number < 1 ? 1 : number > MAX_CORES ? MAX_CORES : (unsigned)number;
}

/* Ties the calling thread to the processor of that rank among those we may use, if there is one for every
 * core. */
static void
core_pin(unsigned core)
{
    cpu_set_t allowed, own;
    if (sched_getaffinity(0, sizeof(allowed), &allowed) != 0 || (unsigned)CPU_COUNT(&allowed) < cores())
        return;
    for (int processor = 0; processor < CPU_SETSIZE; processor++) {
        if (!CPU_ISSET(processor, &allowed) || core-- > 0)
            continue;
        CPU_ZERO(&own);
        CPU_SET(processor, &own);
        sched_setaffinity(0, sizeof(own), &own);
        return;
    }
}

static void *
seat_run(void *pointer)
{
    struct seat *seat = pointer;
    pthread_mutex_lock(&gate);
    bool go = all_exist;
    pthread_mutex_unlock(&gate);
    if (go) {
        core_pin(seat->core);
        seat->body(seat->core, seat->argument);
    }
    return NULL;
}

/* Takes seats 1 to count - 1, and seat 0 itself. */
static int
seats_run(struct seat *seats, unsigned count)
{
    int error = 0;
    unsigned taken = 1;
    pthread_mutex_lock(&gate);
    while (taken < count && !error) {
        error = pthread_create(&seats[taken].thread, NULL, seat_run, &seats[taken]);
        taken += !error;
    }
    all_exist = !error;
    pthread_mutex_unlock(&gate);
    if (!error) {
        cpu_set_t before;
        sched_getaffinity(0, sizeof(before), &before);
        seat_run(&seats[0]);
        sched_setaffinity(0, sizeof(before), &before);
    }
    while (--taken > 0)
        pthread_join(seats[taken].thread, NULL);
    return -error;
}

int
run_on_all(void (*body)(unsigned core, void *argument), void *argument)
{
    unsigned count = cores();
    struct seat *seats = calloc(count, sizeof(*seats));
    if (!seats)
        return -ENOMEM;
    for (unsigned core = 0; core < count; core++)
        seats[core] = (struct seat){.core = core, .body = body, .argument = argument};
    int error = -pthread_barrier_init(&meeting, NULL, count);
    if (!error) {
        error = seats_run(seats, count);
        pthread_barrier_destroy(&meeting);
    }
    free(seats);
    return error;
}

/* One address space: private and shared memory differ only in who may know the address. */
void *
memory(size_t bytes, enum sharing sharing)
{
    (void)sharing;
    if (bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + WINDOW_UNIT - 1) & ~(WINDOW_UNIT - 1);
    char *place = mmap(NULL, bytes + WINDOW_UNIT, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)place & (WINDOW_UNIT - 1); /* to the first aligned address */
    if (before > 0)
        munmap(place, before);
    if (before < WINDOW_UNIT)
        munmap(place + before + bytes, WINDOW_UNIT - before);
    return place + before;
}

void
barrier(void)
{
    marker(MARKER_WAIT_BEGIN);
    pthread_barrier_wait(&meeting);
    marker(MARKER_WAIT_END);
}

uint64_t
clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

uint64_t
clock_hertz(void)
{
    return 1000000000;
}

/* Writes one record whole, in one piece at the file's end. */
static void
record_write(const char *kind, const char *json)
{
    static pthread_mutex_t order = PTHREAD_MUTEX_INITIALIZER; /* guards: sequence, and the file's order */
    static unsigned sequence;
    const char *path = getenv("RESULTS"), *nonce = getenv("NONCE");
    char line[512];
    pthread_mutex_lock(&order);
    int length =
        snprintf(line, sizeof(line), "@%s %u 0 u %s %s\n", nonce ? nonce : "-", sequence++, kind, json);
    int file = path ? open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : dup(STDERR_FILENO);
    bool whole = length < (int)sizeof(line) && file >= 0 && write(file, line, (size_t)length) == length;
    if (file >= 0)
        close(file);
    pthread_mutex_unlock(&order);
    if (!whole)
        fprintf(stderr, "%s: a record is lost: %s %s\n", path ? path : "standard error", kind, json);
}

bool
null_call(void)
{
    return syscall(SYS_getppid) >= 0;
}

void
say(const char *line)
{
    fprintf(stderr, "%s\n", line);
}

void
result(const char *name, uint64_t value, const char *unit)
{
    char json[256];
    snprintf(json, sizeof(json), "{\"name\":\"%s\",\"value\":%llu,\"unit\":\"%s\"}", name,
             (unsigned long long)value, unit);
    record_write("metric", json);
}

void
mark(const char *phase)
{
    char name[64];
    marker(MARKER_REGION_END); /* the work of saying so belongs to no phase */
    snprintf(name, sizeof(name), "begin_%s", phase);
    result(name, clock_now() / 1000, "us");
    marker(MARKER_REGION_BEGIN);
}

const char *
input(const char *name, size_t *bytes)
{
    const char *text = NULL;
    struct stat status;
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NULL;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        size_t length = (size_t)status.st_size;
        text = length == 0 ? "" : mmap(NULL, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
        if (text == MAP_FAILED)
            text = NULL;
        else
            *bytes = length;
    }
    close(file);
    return text;
}

void
hole(const char *exercise)
{
    char json[64];
    snprintf(json, sizeof(json), "{\"exercise\":\"%s\"}", exercise);
    record_write("hole", json);
    fprintf(stderr, "exercise %s is not written yet\n", exercise);
    _exit(HOLE_STATUS);
}
