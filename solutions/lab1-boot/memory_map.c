/* Exercise 1.2: from the firmware's memory map to pages. The contract stands in memory_map.h. */
#include "memory_map.h"

#include "hole.h"

/* The byte after the entry's last; cut at the end of 64 bits. */
static uint64_t
entry_end(const struct memory_entry *entry)
{
    uint64_t end;
    return __builtin_add_overflow(entry->start, entry->length, &end) ? UINT64_MAX : end;
}

/* A range of frames: from first to end - 1; empty where end <= first. */
struct frames {
    uint64_t first, end;
};

/* The frames that lie wholly within the entry. */
static struct frames
frames_within(const struct memory_entry *entry)
{
    /* BEGIN 1.2 */
    uint64_t end = entry_end(entry);
    uint64_t first = entry->start >> PAGE_SHIFT;
    if (entry->start % PAGE_SIZE != 0)
        first++;
    return (struct frames){first, end >> PAGE_SHIFT};
    /* END 1.2 */
}

/* The frames of which the entry has at least one byte. */
static struct frames
frames_touched(const struct memory_entry *entry)
{
    /* BEGIN 1.2 */
    if (entry->length == 0)
        return (struct frames){0, 0};
    return (struct frames){entry->start >> PAGE_SHIFT, ((entry_end(entry) - 1) >> PAGE_SHIFT) + 1};
    /* END 1.2 */
}

void
memory_map_pages(const struct memory_entry *map, size_t count, uint64_t limit, void (*add)(uint64_t frame))
{
    /* BEGIN 1.2 */
    for (size_t i = 0; i < count; i++) {
        if (map[i].type != MEMORY_RAM)
            continue;
        struct frames ram = frames_within(&map[i]);
        uint64_t frame = maximum(ram.first, 1), end = minimum(ram.end, limit);
        while (frame < end) {
            /* Steps out of what others have, up to the next thing that others have. */
            uint64_t stop = end;
            for (size_t j = 0; j < count; j++) {
                bool is_ram = map[j].type == MEMORY_RAM;
                if (is_ram && j >= i)
                    continue; /* its pages come later, and less those that were ours */
                struct frames other = is_ram ? frames_within(&map[j]) : frames_touched(&map[j]);
                if (other.end <= frame || other.end <= other.first)
                    continue;
                if (other.first <= frame)
                    frame = other.end;
                else
                    stop = minimum(stop, other.first);
            }
            for (; frame < stop; frame++)
                add(frame);
        }
    }
    /* END 1.2 */
}
