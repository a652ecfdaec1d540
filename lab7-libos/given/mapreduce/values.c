/* Lists of values, and reading several in one order. */
#include "values.h"

#include <errno.h>

#define FIRST_BYTES CACHE_LINE /* of a block, whose head is a part of them */
#define LAST_BYTES  8192ul     /* two pages, so little is left unused behind the last value */

/* Puts an empty block behind the last one, which is full. Returns NULL when there is no memory. */
static struct values_block *
block_add(struct values *values, struct arena *arena)
{
    struct values_block *last = values->last;
    size_t bytes = FIRST_BYTES;
    if (last)
        bytes = sizeof(*last) + last->room * sizeof(last->value[0]);
    if (last && bytes < LAST_BYTES)
        bytes *= 2;
    struct values_block *fresh = arena_take(arena, bytes);
    if (!fresh)
        return NULL;
    fresh->room = (uint32_t)((bytes - sizeof(*fresh)) / sizeof(fresh->value[0]));
    fresh->next = last ? last->next : fresh;
    if (last)
        last->next = fresh;
    return values->last = fresh;
}

int
values_append(struct values *values, struct arena *arena, uint64_t value)
{
    if (values->count < VALUES_FEW) {
        values->few[values->count++] = value;
        return 0;
    }
    struct values_block *block = values->last;
    if (!block || block->used == block->room)
        block = block_add(values, arena);
    if (!block)
        return -ENOMEM;
    block->value[block->used++] = value;
    values->count++;
    return 0;
}

struct values_cursor
values_begin(const struct values *values)
{
    return (struct values_cursor){values->few, values->few + VALUES_FEW, values->last, values->count};
}

uint64_t
values_next(struct values_cursor *cursor)
{
    uint64_t value = *cursor->next++;
    if (--cursor->left > 0 && cursor->next == cursor->end) {
        cursor->block = cursor->block->next;
        cursor->next = cursor->block->value;
        cursor->end = cursor->next + cursor->block->used;
    }
    return value;
}

/* Moves the list at `at` down to where no list below it has a lesser next value. */
static void
heap_sink(struct values_merge *merge, size_t at)
{
    struct values_cursor *lists = merge->lists, sinking = lists[at];
    uint64_t value = values_peek(&sinking);
    for (size_t below; (below = 2 * at + 1) < merge->count; at = below) {
        if (below + 1 < merge->count && values_peek(&lists[below + 1]) < values_peek(&lists[below]))
            below++;
        if (value < values_peek(&lists[below]))
            break;
        lists[at] = lists[below];
    }
    lists[at] = sinking;
}

struct values_merge
values_merge_begin(struct values_cursor *lists, size_t count)
{
    struct values_merge merge = {.lists = lists, .count = 0};
    for (size_t i = 0; i < count; i++)
        if (lists[i].left > 0)
            lists[merge.count++] = lists[i];
    for (size_t at = merge.count / 2; at-- > 0;)
        heap_sink(&merge, at);
    return merge;
}

bool
values_merge_next(struct values_merge *merge, uint64_t *value)
{
    if (merge->count == 0)
        return false;
    *value = values_next(&merge->lists[0]);
    if (merge->lists[0].left == 0)
        merge->lists[0] = merge->lists[--merge->count];
    if (merge->count > 1)
        heap_sink(merge, 0);
    return true;
}
