/* What the host provides instead of console, panic and GS (host.h). */
#include "host.h"

#include <asm/prctl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "limbo.h"
#include "panic.h"
#include "startup.h"

TABLE_DEFINE(startup, startup_function);
TABLE_DEFINE(order, const struct order_handler);

static ptrdiff_t distances[HOST_CORES_MOST];
static __thread uint64_t random_state;

/* --- words of the kernel that the host says in its own way ------------------------------------------------ */

__thread jmp_buf *host_panic_catch;

/* Ends the test at once, whatever other threads do. */
__attribute__((noreturn)) static void
host_end(int status)
{
    fflush(NULL);
    _exit(status);
}

void
panic(const char *format, ...)
{
    if (host_panic_catch != NULL)
        longjmp(*host_panic_catch, 1);
    va_list arguments;
    va_start(arguments, format);
    fputs("panic: ", stderr);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    host_end(HOST_PANIC);
}

void
hole(const char *exercise)
{
    fprintf(stderr, "exercise %s is not written yet\n", exercise);
    host_end(HOST_HOLE);
}

void
console_print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
}

void
string_copy(char *to, const char *from, size_t size)
{
    snprintf(to, size, "%s", from);
}

void
host_fail(const char *what)
{
    fprintf(stderr, "wrong: %s\n", what);
    host_end(HOST_FAILED);
}

void
host_overtake(void)
{
    static __thread unsigned calls;
    if (++calls % 31 == 0)
        sched_yield();
}

uint64_t
host_random(void)
{
    random_state =
        random_state * 6364136223846793005u + 1442695040888963407u; /* Knuth, TAOCP vol. 2, 3.3.4 */
    return random_state >> 33;
}

/* --- cores ------------------------------------------------------------------------------------------------ */

/* From here on this thread is core `index`. */
static void
host_be(uint32_t index)
{
    random_state = index;
    if (syscall(SYS_arch_prctl, ARCH_SET_GS, CORE_AT(index, core_words)) != 0)
        panic("GS cannot be set");
}

void
host_cross(void)
{
    core_leave();
    core_enter();
}

void
host_settle(void)
{
    while (limbo_waiting() > 0) {
        limbo_turn_all();
        host_cross();
    }
}

static void (*host_body)(uint32_t index);

static void *
host_thread(void *argument)
{
    uint32_t index = (uint32_t)(uintptr_t)argument;
    host_be(index);
    core_enter();
    host_body(index);
    core_leave();
    return NULL;
}

void
host_run(uint32_t cores, void (*body)(uint32_t index))
{
    if (cores > HOST_CORES_MOST)
        panic("%u cores are too many", cores);
    size_t bytes = (size_t)(percore_end - percore_start);
    for (uint32_t i = 1; i < cores; i++)
        distances[i] = (char *)memset(aligned_alloc(CACHE_LINE, bytes), 0, bytes) - percore_start;
    core_distance = distances;
    core_count = cores;
    for (uint32_t i = 0; i < cores; i++) {
        CORE_AT(i, core_words)->self = CORE_AT(i, core_words);
        CORE_AT(i, core_words)->index = i;
        CORE_AT(i, core_words)->distance = distances[i];
    }
    host_be(0);
    TABLE_EACH (startup, startup_function, step)
        (*step)();
    core_leave();

    pthread_t threads[HOST_CORES_MOST];
    host_body = body;
    for (uint32_t i = 0; i < cores; i++)
        pthread_create(&threads[i], NULL, host_thread, (void *)(uintptr_t)i);
    for (uint32_t i = 0; i < cores; i++)
        pthread_join(threads[i], NULL);
    core_enter();
}
