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
    hole("1.2");
}

/* The frames of which the entry has at least one byte. */
static struct frames
frames_touched(const struct memory_entry *entry)
{
    hole("1.2");
}

void
memory_map_pages(const struct memory_entry *map, size_t count, uint64_t limit, void (*add)(uint64_t frame))
{
    hole("1.2");
}
