/* Tests of 1.2, on maps made by hand; the last on the machine's own. */
#include "memory_map.h"

#include "page.h"
#include "string.h"
#include "test.h"

#define FRAMES 64

static uint8_t added[FRAMES]; /* how often each frame was added */
static uint64_t limit;        /* of the map that is looked at */

static void
frame_added(uint64_t frame)
{
    if (frame >= limit)
        test_show("frame %lu was added, where the limit is %lu", frame, limit);
    check(frame < limit);
    if (frame >= FRAMES)
        test_show("frame %lu was added, where none from %u on is free", frame, FRAMES);
    check(frame < FRAMES);
    added[frame]++;
}

/* Runs exercise 1.2 for frames below `below` and compares: '1' in `wanted` for each that is to be added once; behind
 * its end there is none. */
static void
expect_below(const struct memory_entry *map, size_t count, uint64_t below, const char *wanted)
{
    char seen[FRAMES + 1];
    memset(added, 0, sizeof added);
    limit = below;
    memory_map_pages(map, count, limit, frame_added);
    for (size_t i = 0; i < FRAMES; i++)
        seen[i] = (char)('0' + added[i]);
    seen[strlen(wanted)] = '\0';
    if (strcmp(wanted, seen) != 0) {
        for (size_t i = 0; i < count; i++)
            test_show("entry %lu: %s from 0x%lx, 0x%lx bytes", i,
                      map[i].type == MEMORY_RAM ? "RAM" : "no RAM", map[i].start, map[i].length);
        test_show("frames wanted %s", wanted);
        test_show("frames added  %s", seen);
    }
    for (size_t i = 0; wanted[i] != '\0'; i++)
        check_equal_at(i, wanted[i] - '0', added[i]);
}

/* The same, where the limit is the end of what is wanted. */
static void
expect(const struct memory_entry *map, size_t count, const char *wanted)
{
    expect_below(map, count, strlen(wanted), wanted);
}

#define RAM(from, to)                                                                                        \
    {                                                                                                        \
        .start = (from), .length = (to) - (from), .type = MEMORY_RAM                                         \
    }
#define RESERVED(from, to)                                                                                   \
    {                                                                                                        \
        .start = (from), .length = (to) - (from), .type = MEMORY_RESERVED                                    \
    }

/* A page of which a byte is missing is none. */
TEST_EARLY(memory_map_unaligned)
{
    const struct memory_entry map[] = {RAM(0x1800, 0x47ff), RAM(0x6000, 0x8000), RAM(0x9001, 0x9fff)};
    expect(map, ARRAY_LENGTH(map), "001100110000");
}

/* What is reserved may start and end within a page, and comes before the RAM that it lies in. */
TEST_EARLY(memory_map_reserved_wins)
{
    const struct memory_entry map[] = {
        RESERVED(0x3fff, 0x5001),
        {.start = 0x7800, .length = 1, .type = 77}, /* a type that the firmware made up */
        RAM(0x1000, 0xa000),
        {.start = 0x8fff, .length = 2, .type = MEMORY_KERNEL},
    };
    expect(map, ARRAY_LENGTH(map), "011000100000");
}

/* RAM that is named twice is there once; two halves of a page in two entries do not make a whole. */
TEST_EARLY(memory_map_overlap)
{
    const struct memory_entry map[] = {
        RAM(0x5000, 0x9000), RAM(0x3000, 0x7800), RAM(0x5000, 0x9000),
        RAM(0x6000, 0x8000), RAM(0x9000, 0x9800), RAM(0x9800, 0xa000),
    };
    expect(map, ARRAY_LENGTH(map), "000111111000");
}

TEST_EARLY(memory_map_unsorted)
{
    const struct memory_entry map[] = {RAM(0xa000, 0xc000), RAM(0x1000, 0x3000), RESERVED(0xb000, 0xb800),
                                       RAM(0x5000, 0x7000)};
    expect(map, ARRAY_LENGTH(map), "011001100010");
}

/* Lengths of 0, lengths that leave the 64 bits, frame 0, the limit. */
TEST_EARLY(memory_map_edges)
{
    const struct memory_entry map[] = {
        RAM(0, 0x3000),
        RAM(0x2800, 0x2800),
        RESERVED(0x1800, 0x1800),
        {.start = 0x6000, .length = UINT64_MAX, .type = MEMORY_RAM},
        {.start = 0xfffffffffffff000, .length = 0x2000, .type = MEMORY_RESERVED},
        RESERVED(0x9000, 0x9001),
    };
    expect(map, ARRAY_LENGTH(map), "011000111011");
}

/* 2^40 frames of which two are free: they are not looked at one by one. */
TEST_EARLY(memory_map_huge)
{
    const struct memory_entry map[] = {RAM(0x1000, 1ul << 52), RESERVED(0x3000, 1ul << 52)};
    expect_below(map, ARRAY_LENGTH(map), 1ul << 40, "01100000");
}

/* Seeded maps, against the contract word for word: byte by byte where a byte is 1/4 page. */
TEST_EARLY(memory_map_random)
{
    const uint64_t quarter = PAGE_SIZE / 4;
    for (unsigned round = 0; round < 2000; round++) {
        struct memory_entry map[8];
        size_t count = test_random() % (ARRAY_LENGTH(map) + 1);
        for (size_t i = 0; i < count; i++)
            map[i] = (struct memory_entry){.start = test_random() % (40 * 4) * quarter,
                                           .length = test_random() % (12 * 4) * quarter,
                                           .type = test_random() % 3 == 0 ? MEMORY_RESERVED : MEMORY_RAM};
        char wanted[41] = "0";
        for (uint64_t frame = 1; frame < 40; frame++) {
            bool whole = false, touched = false;
            for (size_t i = 0; i < count; i++) {
                uint64_t start = map[i].start, end = start + map[i].length, page = frame * PAGE_SIZE;
                if (map[i].type == MEMORY_RAM)
                    whole |= start <= page && page + PAGE_SIZE <= end;
                else
                    touched |= start < end && start < page + PAGE_SIZE && end > page;
            }
            wanted[frame] = whole && !touched ? '1' : '0';
        }
        expect(map, count, wanted);
    }
}

/* A free page of this machine lies wholly in an entry of RAM, and no other entry has a byte of it. */
static void
expect_free(uint64_t frame)
{
    uint64_t page = frame * PAGE_SIZE;
    bool whole = false;
    for (uint32_t i = 0; i < boot.map_count; i++) {
        const struct memory_entry *entry = &boot.map[i];
        uint64_t end = entry->start + entry->length;
        bool ram = entry->type == MEMORY_RAM;
        bool claimed = !ram && entry->start < end && entry->start < page + PAGE_SIZE && end > page;
        whole |= ram && entry->start <= page && page + PAGE_SIZE <= end;
        if (claimed)
            test_show("frame %lu is free, but entry %u claims 0x%lx bytes from 0x%lx", frame, i,
                      entry->length, entry->start);
        check_values("mismatch", "claims of others on a free page", 0, claimed);
    }
    if (!whole)
        test_show("frame %lu is free, but no entry of RAM holds all of it", frame);
    check_values("mismatch", "whether a free page is RAM as a whole", true, whole);
}

/* This machine: what is free is all RAM that nobody claims, and nothing else. */
TEST(memory_map_machine)
{
    uint64_t free = 0, in_use = 0, ram = 0;
    check_values("mismatch", "kind of frame 0, which nobody may have", PAGE_ABSENT, page_table_all[0].kind);
    for (uint64_t frame = 0; frame < page_limit; frame++) {
        in_use += page_table_all[frame].kind > PAGE_FREE;
        if (page_table_all[frame].kind != PAGE_FREE)
            continue;
        free++;
        expect_free(frame);
    }
    check_equal(free, page_free_count());
    for (uint32_t i = 0; i < boot.map_count; i++)
        if (boot.map[i].type == MEMORY_RAM)
            ram += boot.map[i].length / PAGE_SIZE;
    uint64_t known = free + in_use + 1; /* frame 0 */
    check_values("mismatch", "pages of RAM that are neither free nor in use", 0, ram - minimum(ram, known));
}
