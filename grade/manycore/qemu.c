/* QEMU's exported functions, found by name. Their types are the same in QEMU 7.2 and 10; from 9 on the big lock has
 * other names. */
#define _GNU_SOURCE
#include "qemu.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define VIRTUAL_CLOCK 1 /* QEMU_CLOCK_VIRTUAL */

struct byte_array { /* glib's GByteArray */
    uint8_t *data;
    unsigned length;
};

static struct {
    void (*cpu_exit)(void *cpu);
    void *(*get_cpu)(int index);
    bool (*all_idle)(void);
    int (*read_register)(void *cpu, struct byte_array *to, int number);
    struct byte_array *(*array_new)(void);
    struct byte_array *(*array_set_size)(struct byte_array *array, unsigned size);
    void (*memory_rw)(uint64_t address, void *bytes, uint64_t length, bool write);
    int64_t *clocks; /* timers_state, as words */
    void (*stop_ticks)(void);
    int64_t (*get_clock)(void);
    int64_t (*get_ticks)(void);
    bool (*run_timers)(int clock);
    int64_t (*next_timer)(int clock, int attributes);
    void (*lock)(const char *file, int line);
    void (*unlock)(void);
    int (*shutdown_requested)(void);
    bool (*is_running)(void);
} qemu;

/* Where timers_state keeps the offsets that are the clocks once they have been stopped. */
static int64_t *clock_word, *ticks_word;

static const struct {
    void *to;
    const char *name, *later; /* another name in QEMU 9 and later */
} wanted[] = {
    {&qemu.cpu_exit, "cpu_exit", NULL},
    {&qemu.get_cpu, "qemu_get_cpu", NULL},
    {&qemu.all_idle, "all_cpu_threads_idle", NULL},
    {&qemu.read_register, "x86_cpu_gdb_read_register", NULL},
    {&qemu.array_new, "g_byte_array_new", NULL},
    {&qemu.array_set_size, "g_byte_array_set_size", NULL},
    {&qemu.memory_rw, "cpu_physical_memory_rw", NULL},
    {&qemu.clocks, "timers_state", NULL},
    {&qemu.stop_ticks, "cpu_disable_ticks", NULL},
    {&qemu.get_clock, "cpu_get_clock", NULL},
    {&qemu.get_ticks, "cpus_get_elapsed_ticks", NULL},
    {&qemu.run_timers, "qemu_clock_run_timers", NULL},
    {&qemu.next_timer, "qemu_clock_deadline_ns_all", NULL},
    {&qemu.lock, "qemu_mutex_lock_iothread_impl", "bql_lock_impl"},
    {&qemu.unlock, "qemu_mutex_unlock_iothread", "bql_unlock"},
    {&qemu.shutdown_requested, "qemu_shutdown_requested_get", NULL},
    {&qemu.is_running, "runstate_is_running", NULL},
};

bool
qemu_find(void)
{
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        void *found = dlsym(RTLD_DEFAULT, wanted[i].name);
        if (found == NULL && wanted[i].later != NULL)
            found = dlsym(RTLD_DEFAULT, wanted[i].later);
        if (found == NULL) {
            fprintf(stderr, "manycore: this QEMU has no %s; 7.2 and 10 have\n", wanted[i].name);
            return false;
        }
        *(void **)wanted[i].to = found;
    }
    return true;
}

unsigned
qemu_cpu_index(unsigned count)
{
    unsigned index = 0;
    while (index < count - 1 && qemu.get_cpu((int)index) != current_cpu)
        index++;
    return index;
}

void
qemu_turn_end(void)
{
    qemu.cpu_exit(current_cpu);
}

uint64_t
qemu_register(unsigned index, unsigned number)
{
    static struct byte_array *array;
    uint64_t value = 0;
    if (array == NULL)
        array = qemu.array_new();
    qemu.array_set_size(array, 0);
    int bytes = qemu.read_register(qemu.get_cpu((int)index), array, (int)number);
    for (int i = bytes - 1; i >= 0; i--)
        value = value << 8 | array->data[i];
    return value;
}

void
qemu_memory_read(uint64_t physical, void *to, size_t bytes)
{
    qemu.memory_rw(physical, to, bytes, false);
}

void
qemu_lock(void)
{
    qemu.lock(__FILE__, __LINE__);
}

void
qemu_unlock(void)
{
    qemu.unlock();
}

/* Who holds the lock sees one or the other, as long as it takes from the first to the second. */
bool
qemu_ends(void)
{
    qemu_lock();
    bool ends = qemu.shutdown_requested() != 0 || !qemu.is_running();
    qemu_unlock();
    return ends;
}

/* --- clocks ----------------------------------------------------------------------------------------------------- */

/* The word among the first of timers_state that `get` returns with an offset of its own. Words 2 and 3 are a lock. */
static int64_t *
clock_find(int64_t (*get)(void), const int64_t *other)
{
    for (int i = 1; i < 12; i++) {
        int64_t *word = &qemu.clocks[i], before = *word;
        if (i == 2 || i == 3 || word == other)
            continue;
        *word = before + 77777;
        bool found = get() == *word;
        *word = before;
        if (found)
            return word;
    }
    return NULL;
}

/* The thread that runs the processors: its clock, and the file where the kernel says in what state it is. */
static struct {
    clockid_t clock;
    int state;
} processors;

static void
processors_find(void)
{
    char path[64];
    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)gettid());
    processors.state = open(path, O_RDONLY | O_CLOEXEC);
    if (processors.state < 0 || pthread_getcpuclockid(pthread_self(), &processors.clock) != 0) {
        perror(path);
        exit(1);
    }
}

/* Whether that thread waits until some processor has something to do. Called again and again by one who holds QEMU's
 * lock. When the last processor has halted, the thread still goes over all of them; woken in the midst of that it
 * would begin there, and not with the first. It sleeps then only if that lock keeps it from going on, but not from
 * one call to the next: so it waits if it sleeps and has not run since the last call. */
static bool
processors_wait(void)
{
    static struct timespec last;
    struct timespec now = {0};
    char text[256] = "";
    bool rested = clock_gettime(processors.clock, &now) == 0 && now.tv_sec == last.tv_sec &&
                  now.tv_nsec == last.tv_nsec;
    last = now;
    if (!rested || pread(processors.state, text, sizeof(text) - 1, 0) <= 0)
        return false;
    const char *name_end = strrchr(text, ')');
    return name_end != NULL && name_end[1] == ' ' && name_end[2] == 'S';
}

bool
qemu_clock_take(int64_t now)
{
    processors_find();
    qemu_lock();
    qemu.stop_ticks();
    clock_word = clock_find(qemu.get_clock, NULL);
    ticks_word = clock_find(qemu.get_ticks, clock_word);
    bool found = clock_word != NULL && ticks_word != NULL;
    if (found) {
        *clock_word = now;
        qemu.run_timers(VIRTUAL_CLOCK);
    } else {
        fprintf(stderr, "manycore: this QEMU keeps its clocks elsewhere; 7.2 and 10 do not\n");
    }
    qemu_unlock();
    return found;
}

void
qemu_clock_set(int64_t now)
{
    qemu_lock();
    *clock_word = now;
    qemu.run_timers(VIRTUAL_CLOCK);
    qemu_unlock();
}

void
qemu_ticks_set(int64_t ticks)
{
    *ticks_word = ticks;
    qemu.clocks[0] =
        0; /* the last that was read: it never goes back otherwise, not even from one core to another */
}

void
qemu_clock_skip_idle(void (*skipped)(int64_t now))
{
    qemu_lock();
    if (processors_wait() && qemu.all_idle()) {
        int64_t wait = qemu.next_timer(VIRTUAL_CLOCK, -1);
        if (wait >= 0) {
            skipped(*clock_word += wait);
            qemu.run_timers(VIRTUAL_CLOCK);
        }
    }
    qemu_unlock();
}
