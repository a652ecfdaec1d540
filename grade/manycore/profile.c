/* Tables of blocks and of lines. */
#include "profile.h"

#include <stdio.h>
#include <stdlib.h>

#define BUCKETS (1u << 16)

bool profile_on;

static struct block *buckets[BUCKETS];
static size_t block_count;

static struct line_profile *lines; /* open addressing */
static size_t line_room, line_count;

static void *
make(size_t count, size_t bytes)
{
    void *made = calloc(count, bytes);
    if (made == NULL) {
        perror("manycore");
        abort();
    }
    return made;
}

struct block *
block_get(uint64_t address, uint64_t check, uint32_t instructions)
{
    struct block **bucket = &buckets[(address ^ address >> 16) % BUCKETS], *block = *bucket;
    while (block != NULL && (block->address != address || block->check != check))
        block = block->next;
    if (block == NULL) {
        block = make(1, sizeof(*block));
        block->address = address;
        block->check = check;
        block->instructions = instructions;
        block->sites = make(instructions, sizeof(*block->sites));
        block->next = *bucket;
        *bucket = block;
        block_count++;
    }
    return block;
}

/* --- lines ------------------------------------------------------------------------------------------------------ */

static struct line_profile *
line_place(struct line_profile *table, size_t room, uint64_t line)
{
    size_t at = (line * 0x9e3779b97f4a7c15ul >> 20) & (room - 1);
    while (table[at].line != 0 && table[at].line != line + 1)
        at = (at + 1) & (room - 1);
    return &table[at];
}

static struct line_profile *
line_get(uint64_t line)
{
    if (2 * line_count >= line_room) {
        size_t room = line_room == 0 ? 1u << 12 : 2 * line_room;
        struct line_profile *table = make(room, sizeof(*table));
        for (size_t i = 0; i < line_room; i++)
            if (lines[i].line != 0)
                *line_place(table, room, lines[i].line - 1) = lines[i];
        free(lines);
        lines = table;
        line_room = room;
    }
    struct line_profile *place = line_place(lines, line_room, line);
    if (place->line == 0) {
        place->line = line + 1;
        line_count++;
    }
    return place;
}

void
profile_begin(void)
{
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct block *block = buckets[i]; block != NULL; block = block->next)
            block->cycles = block->paused = block->times = block->not_run = 0;
    free(lines);
    lines = NULL;
    line_room = line_count = 0;
}

/* Of the sites that touched the line, the dearest are kept: a new one takes the place of the cheapest, and its
 * cycles. */
static void
site_add(struct line_profile *profile, uint64_t address, uint64_t cycles)
{
    unsigned least = 0;
    for (unsigned i = 0; i < SITES_KEPT; i++) {
        if (profile->site[i].address == address || profile->site[i].address == 0) {
            least = i;
            break;
        }
        if (profile->site[i].cycles < profile->site[least].cycles)
            least = i;
    }
    profile->site[least].address = address;
    profile->site[least].cycles += cycles;
}

static struct line_profile *
touch(struct core *core, uint64_t line, bool write, uint64_t cycles, const struct origin *origin)
{
    struct line_profile *profile = line_get(line);
    *(write ? &profile->writers : &profile->readers) |= core->bit;
    profile->address = origin->address;
    profile->cycles += cycles;
    site_add(profile, origin->site, cycles);
    return profile;
}

void
profile_line(struct core *core, uint64_t line, bool own, const struct found *found,
             const struct origin *origin)
{
    if (!profile_on)
        return;
    struct line_profile *profile = touch(core, line, own, found->latency, origin);
    profile->near += found->source == FROM_NEAR;
    profile->far += found->source == FROM_FAR;
    profile->socket += found->source == FROM_SOCKET;
    profile->memory += found->source == FROM_MEMORY || found->source == FROM_MEMORY_FAR;
    profile->upgrades += found->source == UPGRADE;
    profile->invalidations += found->invalidated;
}

void
profile_touch(struct core *core, uint64_t line, bool write, const struct origin *origin)
{
    if (profile_on)
        touch(core, line, write, 1, origin);
}

/* --- the dearest -------------------------------------------------------------------------------------------------- */

static int
lines_compare(const void *a, const void *b)
{
    const struct line_profile *const *first = a, *const *second = b;
    if ((*first)->cycles != (*second)->cycles)
        return (*first)->cycles < (*second)->cycles ? 1 : -1;
    return (*first)->line > (*second)->line ? 1 : -1;
}

static int
blocks_compare(const void *a, const void *b)
{
    const struct block *const *first = a, *const *second = b;
    if ((*first)->cycles != (*second)->cycles)
        return (*first)->cycles < (*second)->cycles ? 1 : -1;
    if ((*first)->address != (*second)->address)
        return (*first)->address > (*second)->address ? 1 : -1;
    return (*first)->check > (*second)->check ? 1 : -1;
}

/* Written by one core and touched by another. */
static bool
is_conflict(const struct line_profile *line)
{
    uint64_t all = line->writers | line->readers;
    return line->writers != 0 && (all & (all - 1)) != 0;
}

struct line_profile **
profile_lines(bool conflicts, size_t most, size_t *count)
{
    static struct line_profile **found;
    free(found);
    found = make(line_count + 1, sizeof(struct line_profile *));
    size_t there = 0;
    for (size_t i = 0; i < line_room; i++)
        if (lines[i].line != 0 && (!conflicts || is_conflict(&lines[i])))
            found[there++] = &lines[i];
    qsort(found, there, sizeof(*found), lines_compare);
    *count = there < most ? there : most;
    return found;
}

struct block **
profile_blocks(size_t most, size_t *count)
{
    static struct block **found;
    free(found);
    found = make(block_count + 1, sizeof(struct block *));
    size_t there = 0;
    for (size_t i = 0; i < BUCKETS; i++)
        for (struct block *block = buckets[i]; block != NULL; block = block->next)
            if (block->times != 0 || block->cycles != 0) /* it may have begun before the region */
                found[there++] = block;
    qsort(found, there, sizeof(*found), blocks_compare);
    *count = there < most ? there : most;
    return found;
}
