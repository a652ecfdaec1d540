/* Integers, sizes and the few macros that every file needs. */
#ifndef COREY_TYPES_H
#define COREY_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

typedef uint64_t paddr_t; /* physical address, bytes */

#define PAGE_SHIFT      12
#define PAGE_SIZE       4096ul
#define LARGE_PAGE_SIZE (2ul << 20)
#define CACHE_LINE      64

#define ARRAY_LENGTH(array)                 (sizeof(array) / sizeof((array)[0]))
#define CONTAINER_OF(pointer, type, member) ((type *)((char *)(pointer)-offsetof(type, member)))

static inline uint64_t
round_down(uint64_t value, uint64_t unit)
{
    return value & ~(unit - 1);
}

/* Unit is a power of two; value + unit - 1 must not overflow. */
static inline uint64_t
round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) & ~(unit - 1);
}

static inline uint64_t
minimum(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t
maximum(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
