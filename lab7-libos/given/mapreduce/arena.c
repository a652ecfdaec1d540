/* An arena: a pointer into the current chunk. What is left of a chunk too short for the next piece is not
 * used. */
#include "arena.h"

#include <stdint.h>

#include "platform.h"

void *
arena_take(struct arena *arena, size_t bytes)
{
    if (bytes > SIZE_MAX - WINDOW_UNIT)
        return NULL;
    bytes = (bytes + CACHE_LINE - 1) & ~(CACHE_LINE - 1);
    if ((size_t)(arena->end - arena->next) < bytes) {
        size_t chunk = (bytes + WINDOW_UNIT - 1) & ~(WINDOW_UNIT - 1);
        char *fresh = memory(chunk, SHARED); /* zeroed, and never used twice: so is every piece of it */
        if (!fresh)
            return NULL;
        arena->next = fresh;
        arena->end = fresh + chunk;
    }
    void *piece = arena->next;
    arena->next += bytes;
    return piece;
}
