/* Which lines a cache holds: sets of ways, the youngest first. An entry is the line's number and its state; 0: none. */
#ifndef MANYCORE_TAGS_H
#define MANYCORE_TAGS_H

#include <stdint.h>
#include <string.h>

enum line_state { INVALID, SHARED, EXCLUSIVE, MODIFIED };

#define ENTRY(line, state) ((line) << 2 | (state))
#define ENTRY_LINE(entry)  ((entry) >> 2)
#define ENTRY_STATE(entry) ((enum line_state)((entry)&3))
#define ENTRY_OWNED(entry) (((entry)&3) >= EXCLUSIVE)

struct tags {
    uint64_t *entries;
    uint32_t sets, ways, mask; /* mask: sets - 1 where that is a power of two, else 0 */
};

static inline uint64_t *
tags_set(const struct tags *tags, uint64_t line)
{
    return tags->entries + (tags->mask ? line & tags->mask : line % tags->sets) * tags->ways;
}

/* The line's entry, which becomes the youngest of its set; null: it is not there. */
static inline uint64_t *
tags_find(const struct tags *tags, uint64_t line)
{
    uint64_t *set = tags_set(tags, line);
    for (uint32_t way = 0; way < tags->ways; way++) {
        uint64_t entry = set[way];
        if (entry == 0 || ENTRY_LINE(entry) != line)
            continue;
        memmove(set + 1, set, way * sizeof(*set));
        set[0] = entry;
        return set;
    }
    return NULL;
}

/* Puts a line in that is not there; returns the entry that it pushes out, or 0. */
static inline uint64_t
tags_insert(const struct tags *tags, uint64_t line, enum line_state state)
{
    uint64_t *set = tags_set(tags, line), out = set[tags->ways - 1];
    memmove(set + 1, set, (tags->ways - 1) * sizeof(*set));
    set[0] = ENTRY(line, state);
    return out;
}

/* Takes the line out, if it is there; returns its entry, or 0. */
static inline uint64_t
tags_remove(const struct tags *tags, uint64_t line)
{
    uint64_t *set = tags_set(tags, line);
    for (uint32_t way = 0; way < tags->ways; way++) {
        uint64_t entry = set[way];
        if (entry == 0 || ENTRY_LINE(entry) != line)
            continue;
        memmove(set + way, set + way + 1, (tags->ways - 1 - way) * sizeof(*set));
        set[tags->ways - 1] = 0;
        return entry;
    }
    return 0;
}

/* The state of a line that may be there, without a change of its age. */
static inline void
tags_set_state(const struct tags *tags, uint64_t line, enum line_state state)
{
    uint64_t *set = tags_set(tags, line);
    for (uint32_t way = 0; way < tags->ways; way++)
        if (set[way] != 0 && ENTRY_LINE(set[way]) == line)
            set[way] = ENTRY(line, state);
}

#endif
