/* Memory whose contents are known; included by fuzz.c alone.
 *
 * PATCHES are this core's own: segments that no other core can name, and of which the fuzzer's random calls know
 * nothing. Half of them are mapped in this core's root, half in the common inner tree, in a part that is this core's.
 * Whatever the others do, a page of these is what this core has last written, zeros, or what its original was when it
 * was copied.
 *
 * In the common tree also lie two segments of all: in each page, each core writes a line of its own. `kept` is never
 * cut, so each core finds there what it has written. `cut` comes and goes, so that pages which some core may still
 * reach turn up elsewhere: in the patches of others, where a word that is written late is seen. */
#ifndef COREY_FUZZ_CONTENTS_H
#define COREY_FUZZ_CONTENTS_H

#include "fuzz_world.h"

#define INNER       0x1c0000000000ul /* where all roots show the common tree */
#define INNER_SHOWN (1ul << 31)
#define INNER_PARTS (64ul << 20) /* offsets in it: a part for each core */
#define INNER_KEPT  (1ul << 30)
#define INNER_CUT   (INNER_KEPT + 2 * LARGE)
#define KEPT_PAGES  8
#define CUT_PAGES   32
#define LINE        64ul

#define PATCH_PAGES 16
#define PATCH_PART  (4 * LARGE) /* of the address space, for each */
#define PRIVATE     0x190000000000ul

struct patch {
    uint64_t pages;
    uint64_t
        sum[PATCH_PAGES]; /* of each page's words; those at or beyond `pages` are zeros again when it grows */
};

static struct patch patches[PATCHES];
static uint64_t kept_written[KEPT_PAGES]; /* this core's word in each page */

/* --- where a patch is ------------------------------------------------------------------------------------------- */

static bool
patch_is_inner(unsigned index)
{
    return team && index % 2 == 1;
}

static uint64_t
patch_tree(unsigned index)
{
    return patch_is_inner(index) ? HANDLE(1, board->inner) : boot_page->root;
}

/* Its place in its tree. */
static uint64_t
patch_start(unsigned index)
{
    return patch_is_inner(index) ? INNER_PARTS + (number * PATCHES + index) * PATCH_PART
                                 : PRIVATE + index * PATCH_PART;
}

static uint64_t *
patch_page(unsigned index, uint64_t page)
{
    uint64_t start = patch_start(index) + page * PAGE;
    return (uint64_t *)(patch_is_inner(index) ? INNER + start : start);
}

/* --- what is in it ---------------------------------------------------------------------------------------------- */

/* Zero for zeros, and another for each order of the words. */
static uint64_t
page_sum(const uint64_t *words)
{
    uint64_t sum = 0;
    for (unsigned i = 0; i < PAGE / sizeof(*words); i++)
        sum = sum * 0x100000001b3ul + words[i];
    return sum;
}

static void
patch_check(unsigned index)
{
    struct patch *patch = &patches[index];
    for (uint64_t page = 0; page < patch->pages; page++) {
        if (page_sum(patch_page(index, page)) == patch->sum[page])
            continue;
        const uint64_t *words = patch_page(index, page);
        unsigned at = 0;
        while (at < PAGE / sizeof(*words) - 1 && words[at] == 0)
            at++;
        fuzz_wrong("page %lu of patch %u has other contents (%lx, should be %lx); word %u is %lx", page,
                   index, page_sum(words), patch->sum[page], at, words[at]);
    }
}

static void
patch_write(unsigned index)
{
    struct patch *patch = &patches[index];
    if (patch->pages == 0)
        return;
    uint64_t page = random_below(patch->pages), *words = patch_page(index, page);
    for (unsigned i = random_below(4) == 0 ? 0 : PAGE / sizeof(*words) - 4; i < PAGE / sizeof(*words); i++)
        words[i] = random_next();
    patch->sum[page] = page_sum(words);
}

/* --- making and losing it --------------------------------------------------------------------------------------- */

static void
patch_drop(unsigned index)
{
    for (unsigned failed = 0; at_unmap(patch_tree(index), patch_start(index), PATCH_PART) < 0;)
        room_make_more(++failed); /* something beside it that a random call has mapped is to be cut */
    share_delobj(HANDLE(1, patch_segment[index]));
    patch_segment[index] = 0;
}

/* Maps a segment as the patch; where that fails, it is given up. */
static bool
patch_map(unsigned index, uint64_t segment)
{
    if (at_set_seg(patch_tree(index), patch_start(index), segment, 0, PATCH_PAGES * PAGE, PERM_R | PERM_W) <
        0) {
        share_delobj(segment);
        return false;
    }
    patch_segment[index] = handle_id(segment);
    return true;
}

static void
patch_make(unsigned index)
{
    int64_t segment = segment_alloc(OWN_SHARE, 0, MEMORY_HERE);
    if (segment < 0)
        return;
    patches[index] = (struct patch){.pages = 1 + random_below(PATCH_PAGES)};
    if (segment_set_nbytes(segment, patches[index].pages * PAGE) < 0)
        share_delobj(segment);
    else
        patch_map(index, segment);
}

/* A copy of another patch; or, where there is none, of what all cores write in, which stands still from then on. */
static void
patch_copy(unsigned index)
{
    unsigned from = random_below(PATCHES);
    bool original = patch_segment[from] != 0;
    if (!original && !team)
        return;
    uint64_t handle = original ? HANDLE(1, patch_segment[from]) : HANDLE(2, board->kept);
    int64_t segment = segment_copy(OWN_SHARE, handle, 0, random_below(3));
    if (segment < 0)
        return;
    patches[index] = original ? patches[from] : (struct patch){.pages = KEPT_PAGES};
    if (!patch_map(index, segment) || original)
        return;
    for (unsigned page = 0; page < KEPT_PAGES; page++) {
        uint64_t *words = patch_page(index, page), seen = words[number * LINE / sizeof(*words)];
        if (seen != kept_written[page])
            fuzz_wrong("a copy of page %u has %lx, and not %lx", page, seen, kept_written[page]);
        patches[index].sum[page] = page_sum(words);
    }
}

static void
patch_resize(unsigned index)
{
    struct patch *patch = &patches[index];
    uint64_t pages = random_below(PATCH_PAGES + 1);
    if (segment_set_nbytes(HANDLE(1, patch_segment[index]), pages * PAGE) < 0)
        return;
    for (uint64_t page = pages; page < PATCH_PAGES; page++)
        patch->sum[page] = 0;
    patch->pages = pages;
}

static void
patch_step(void)
{
    unsigned index = random_below(PATCHES);
    if (patch_segment[index] == 0) {
        (chance(50) ? patch_make : patch_copy)(index);
        return;
    }
    patch_check(index);
    switch (random_below(5)) {
    case 0:
        patch_drop(index);
        break;
    case 1:
        patch_resize(index);
        break;
    default:
        patch_write(index);
    }
}

/* --- what all cores write --------------------------------------------------------------------------------------- */

static uint64_t *
common_line(uint64_t place, uint64_t page)
{
    return (uint64_t *)(INNER + place + page * PAGE + number * LINE);
}

/* What an earlier program of this core has left. */
static void
kept_learn(void)
{
    for (unsigned page = 0; page < KEPT_PAGES; page++)
        kept_written[page] = *common_line(INNER_KEPT, page);
}

static void
kept_step(void)
{
    for (unsigned i = 0; i < 16; i++) {
        unsigned page = random_below(KEPT_PAGES);
        uint64_t *line = common_line(INNER_KEPT, page), seen = *line;
        if (seen != kept_written[page])
            fuzz_wrong("common page %u has %lx, and not %lx", page, seen, kept_written[page]);
        *line = ++kept_written[page];
    }
}

/* Sometimes it is cut, grows again, or is mapped anew; mostly this core writes a while. */
static void
cut_step(void)
{
    uint64_t cut = HANDLE(2, board->cut), tree = HANDLE(1, board->inner);
    switch (random_below(8)) {
    case 0:
        segment_set_nbytes(cut, random_below(CUT_PAGES) * PAGE);
        break;
    case 1:
        segment_set_nbytes(cut, CUT_PAGES * PAGE);
        break;
    case 2:
        at_unmap(tree, INNER_CUT, LARGE);
        break;
    case 3:
        at_set_seg(tree, INNER_CUT, cut, 0, CUT_PAGES * PAGE, PERM_R | PERM_W);
        break;
    default:
        for (unsigned i = 0; i < 64; i++)
            memory_write_try(common_line(INNER_CUT, random_below(CUT_PAGES)), 0xc07c07ul);
    }
}

static void
contents_step(void)
{
    if (chance(4))
        hog_step();
    else if (!team || chance(60))
        patch_step();
    else if (chance(50))
        kept_step();
    else
        cut_step();
}

#endif
