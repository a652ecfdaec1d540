/* What the host provides instead of pages, slabs, console and GS (host.h). */
#include "host.h"

#include <asm/prctl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "block.h"
#include "panic.h"
#include "slab.h"
#include "startup.h"

TABLE_DEFINE(startup, startup_function);
TABLE_DEFINE(order, const struct order_handler);

static uint64_t blocks;
static ptrdiff_t distances[HOST_CORES_MOST];
static __thread uint64_t random_state;

/* --- memory: each block is one of malloc's, zeroed, aligned as the kernel's are --------------------------- */

static void *
host_allocate(size_t bytes)
{
    size_t size = (size_t)round_up(bytes, CACHE_LINE);
    void *block = aligned_alloc(CACHE_LINE, size);
    if (block == NULL)
        panic("the host has no memory left");
    __atomic_add_fetch(&blocks, 1, __ATOMIC_RELAXED);
    return memset(block, 0, size);
}

static void
host_free(void *block)
{
    __atomic_sub_fetch(&blocks, 1, __ATOMIC_RELAXED);
    free(block);
}

uint64_t
host_blocks(void)
{
    return __atomic_load_n(&blocks, __ATOMIC_RELAXED);
}

void *
slab_alloc(__attribute__((unused)) uint32_t home, size_t bytes)
{
    return host_allocate(bytes);
}

void
slab_free(void *block)
{
    host_free(block);
}

uint64_t
slab_size(size_t bytes)
{
    return round_up(bytes, CACHE_LINE);
}

void *
block_alloc(__attribute__((unused)) uint32_t home, size_t bytes, __attribute__((unused)) enum page_kind kind)
{
    return host_allocate(bytes);
}

void
block_free(void *block, __attribute__((unused)) size_t bytes)
{
    host_free(block);
}

uint64_t
block_size(size_t bytes)
{
    return round_up(bytes, CACHE_LINE);
}

uint64_t
page_free_count(void)
{
    return 1 << 16;
}

/* --- words of the kernel that the host says in its own way ------------------------------------------------ */

void
panic(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    abort();
}

void
hole(const char *exercise)
{
    panic("exercise %s is not written yet", exercise);
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
