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
    return (struct values_cursor){values->few, values->few + VALUES_FEW, values->last, values->count, NULL};
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

/* What a list that is read to its end plays with: it loses against every other. */
static const uint64_t nothing = UINT64_MAX;

/* List number `at` plays its matches, up to one in which nobody waits for it: there it waits. */
static void
merge_play(struct values_cursor *lists, size_t count, size_t at)
{
    struct values_cursor *winner = &lists[at];
    for (size_t match = (count + at) / 2; match > 0; match /= 2) {
        struct values_cursor *rival = lists[match].loser;
        if (!rival) {
            lists[match].loser = winner;
            return;
        }
        if (values_peek(rival) < values_peek(winner)) {
            lists[match].loser = winner;
            winner = rival;
        }
    }
    lists[0].loser = winner;
}

struct values_merge
values_merge_begin(struct values_cursor *lists, size_t count)
{
    for (size_t at = 0; at < count; at++) {
        lists[at].loser = NULL;
        if (lists[at].left == 0)
            lists[at].next = &nothing;
    }
    for (size_t at = 0; at < count; at++)
        merge_play(lists, count, at);
    return (struct values_merge){lists, count};
}

bool
values_merge_next(struct values_merge *merge, uint64_t *value)
{
    struct values_cursor *lists = merge->lists, *first = lists[0].loser;
    if (first->left == 0)
        return false;
    *value = values_next(first);
    if (first->left == 0)
        first->next = &nothing;
    if (merge->count > 1) /* on one core there is one list, and nothing to play */
        merge_play(lists, merge->count, (size_t)(first - lists));
    return true;
}
