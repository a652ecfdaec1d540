/* Lists of values, and reading several in one order. */
#include "values.h"

#include <errno.h>

#define FIRST_ROOM 2ul    /* values: most words of a text come once or twice */
#define LAST_ROOM  1024ul /* values: two pages, so little is left unused behind the last value */

int
values_append(struct values *values, struct arena *arena, uint64_t value)
{
    struct values_block *block = values->last;
    if (!block || block->used == block->room) {
        size_t room = !block ? FIRST_ROOM : block->room < LAST_ROOM ? 2 * block->room : LAST_ROOM;
        struct values_block *fresh = arena_take(arena, sizeof(*fresh) + room * sizeof(value));
        if (!fresh)
            return -ENOMEM;
        fresh->room = room;
        *(block ? &block->next : &values->first) = fresh;
        values->last = block = fresh;
    }
    block->value[block->used++] = value;
    values->count++;
    return 0;
}

struct values_cursor
values_begin(const struct values *values)
{
    return (struct values_cursor){.block = values->first, .at = 0, .left = values->count};
}

uint64_t
values_peek(const struct values_cursor *cursor)
{
    return cursor->block->value[cursor->at];
}

uint64_t
values_next(struct values_cursor *cursor)
{
    uint64_t value = values_peek(cursor);
    cursor->left--;
    if (++cursor->at == cursor->block->used) {
        cursor->block = cursor->block->next;
        cursor->at = 0;
    }
    return value;
}

struct values_merge
values_merge_begin(struct values_cursor *lists, size_t count)
{
    return (struct values_merge){.lists = lists, .count = count};
}

/* Finds the list with the least value, and how far it may be read before another one's turn comes: one core
 * met a word many times in a row, so the search is rare beside the reading. */
static void
merge_choose(struct values_merge *merge)
{
    merge->source = NULL;
    merge->limit = UINT64_MAX;
    for (size_t i = 0; i < merge->count; i++) {
        struct values_cursor *list = &merge->lists[i];
        if (list->left == 0)
            continue;
        if (!merge->source) {
            merge->source = list;
        } else if (values_peek(list) < values_peek(merge->source)) {
            merge->limit = values_peek(merge->source);
            merge->source = list;
        } else if (values_peek(list) < merge->limit) {
            merge->limit = values_peek(list);
        }
    }
}

bool
values_merge_next(struct values_merge *merge, uint64_t *value)
{
    struct values_cursor *source = merge->source;
    if (!source || source->left == 0 || values_peek(source) > merge->limit)
        merge_choose(merge);
    if (!merge->source)
        return false;
    *value = values_next(merge->source);
    return true;
}
