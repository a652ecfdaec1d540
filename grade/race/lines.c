/* The directory of lines, and the sanitizer's calls that lead to it. One thread at a time. */
#include "lines.h"

#include "core.h"
#include "host.h"

#define LINES (1u << 16) /* of the table; a power of two */

uint64_t line_trips;

static struct line {
    uint64_t number;  /* address / CACHE_LINE; 0: free */
    uint32_t holders; /* cores that have it, a bit each; 0: nobody yet */
} lines[LINES];

static struct line *
line_of(uint64_t number)
{
    uint64_t place =
        number * 0x9e3779b97f4a7c15u >> 48; /* Knuth, TAOCP vol. 3, 6.4: multiplicative hashing */
    for (unsigned tries = 0; tries < LINES; tries++, place = (place + 1) % LINES)
        if (lines[place].number == number || lines[place].number == 0)
            return &lines[place];
    host_fail("the table of lines is full");
}

static void
touch(const void *address, bool writes)
{
    uint32_t own = 1u << core_index();
    struct line *line = line_of((uint64_t)address / CACHE_LINE);
    line->number = (uint64_t)address / CACHE_LINE;
    line_trips += line->holders != 0 && (writes ? line->holders != own : !(line->holders & own));
    line->holders = writes ? own : line->holders | own;
}

/* --- what the compiler calls ---------------------------------------------------------------------------------- */

void __tsan_init(void);
void __tsan_func_entry(void *caller);
void __tsan_func_exit(void);

void
__tsan_init(void)
{
}

void
__tsan_func_entry(__attribute__((unused)) void *caller)
{
}

void
__tsan_func_exit(void)
{
}

#define ACCESS(name, writes)                                                                                 \
    void __tsan_##name(void *address);                                                                       \
    void __tsan_##name(void *address)                                                                        \
    {                                                                                                        \
        touch(address, writes);                                                                              \
    }
ACCESS(read1, false)
ACCESS(read2, false)
ACCESS(read4, false)
ACCESS(read8, false)
ACCESS(read16, false)
ACCESS(write1, true)
ACCESS(write2, true)
ACCESS(write4, true)
ACCESS(write8, true)
ACCESS(write16, true)

/* Atomics of the widths that the kernel has. Threads take turns here, so whatever order was asked for holds. */
#define ATOMIC(bits, name, result, ...)                                                                      \
    result __tsan_atomic##bits##_##name(uint##bits##_t *address, ##__VA_ARGS__);                             \
    result __tsan_atomic##bits##_##name(uint##bits##_t *address, ##__VA_ARGS__)
#define ATOMICS(bits)                                                                                        \
    ATOMIC(bits, load, uint##bits##_t, __attribute__((unused)) int order)                                    \
    {                                                                                                        \
        touch(address, false);                                                                               \
        return *address;                                                                                     \
    }                                                                                                        \
    ATOMIC(bits, store, void, uint##bits##_t value, __attribute__((unused)) int order)                       \
    {                                                                                                        \
        touch(address, true);                                                                                \
        *address = value;                                                                                    \
    }                                                                                                        \
    ATOMIC(bits, exchange, uint##bits##_t, uint##bits##_t value, __attribute__((unused)) int order)          \
    {                                                                                                        \
        touch(address, true);                                                                                \
        uint##bits##_t old = *address;                                                                       \
        *address = value;                                                                                    \
        return old;                                                                                          \
    }                                                                                                        \
    ATOMIC(bits, fetch_add, uint##bits##_t, uint##bits##_t value, __attribute__((unused)) int order)         \
    {                                                                                                        \
        touch(address, true);                                                                                \
        *address += value;                                                                                   \
        return *address - value;                                                                             \
    }                                                                                                        \
    ATOMIC(bits, fetch_sub, uint##bits##_t, uint##bits##_t value, __attribute__((unused)) int order)         \
    {                                                                                                        \
        touch(address, true);                                                                                \
        *address -= value;                                                                                   \
        return *address + value;                                                                             \
    }                                                                                                        \
    ATOMIC(bits, compare_exchange_strong, int, uint##bits##_t *expected, uint##bits##_t value,               \
           __attribute__((unused)) int good, __attribute__((unused)) int bad)                                \
    {                                                                                                        \
        touch(address, true);                                                                                \
        bool same = *address == *expected;                                                                   \
        *(same ? address : expected) = same ? value : *address;                                              \
        return same;                                                                                         \
    }
ATOMICS(32)
ATOMICS(64)
