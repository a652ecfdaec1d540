/* platform.h on Corey: what an experiment asks for, from the system calls of labs 3 to 5 alone.
 *
 *     WINDOWS   one inner tree, at the same address in the root of every core. Each core has a window of it, a piece
 *               that it alone adds mappings to, so no two cores meet in a leaf table
 *     PRIVATE   mappings in the core's own root
 *
 * In a program that has left its team, both are mappings in its own root, SHARED those with PERM_SHARED. In one that
 * shares everything (sharing.h), both come from the window; in one whose cores share no tree, SHARED is as in one that
 * has left its team, for as long as it has one core.
 *
 * Each piece of memory is a segment of its own, mapped once and for good. What stands in variables here is the core's
 * own. How a program comes to its other cores is in team.c. */
#include "platform_calls.h"

#include <stdbool.h>

#include "again.h"
#include "marker.h"
#include "print.h"
#include "sharing.h"
#include "start.h"
#include "team.h"

#define PAGE_BYTES    4096ul
#define PRIVATE_BASE  0x200000000000ul
#define PRIVATE_BYTES (1ul << 40)
#define WINDOWS_BASE  0x300000000000ul
#define WINDOWS_BYTES (1ul << 39) /* the most that an inner tree spans */
#define ALONE_BASE    0x400000000000ul
#define ALONE_BYTES   (1ul << 40)

#define MICROSECONDS  1000000ul
#define MARKS_MOST    16         /* that are not written yet */
#define LOOKS_A_CHECK (1u << 20) /* while waiting: looks at the barrier between two at the cores */

/* A piece of the address space that is used up from its start. */
struct region {
    uint64_t tree;      /* handle of the tree that maps it; 0: not begun */
    uint64_t base;      /* address of the tree's offset 0 */
    uint64_t next, end; /* offsets in the tree */
};

static struct region private_region, window;

/* Where the modules of the boot page are mapped; null: not yet. */
static const char *inputs[BOOT_PAGE_MODULES];

static uint64_t
round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

static struct region *
private_begin(void)
{
    if (!private_region.tree)
        private_region = (struct region){boot_page->root, 0, PRIVATE_BASE, PRIVATE_BASE + PRIVATE_BYTES};
    return &private_region;
}

static uint64_t
window_bytes(void)
{
    return WINDOWS_BYTES / cores() / WINDOW_UNIT * WINDOW_UNIT;
}

/* In place of a window: mappings in the own root. */
static struct region *
window_alone(void)
{
    window = (struct region){boot_page->root, 0, ALONE_BASE, ALONE_BASE + ALONE_BYTES};
    return &window;
}

/* The caller's window. The first call, on core 0, makes the tree and maps it, PERM_SHARED: all cores of the program
 * share it. */
static struct region *
window_begin(void)
{
    if (window.tree)
        return &window;
    if (sharing_mode() == SHARING_APART)
        return window_alone();
    int64_t tree = again(at_alloc(boot_page->share, TREE_INNER, "windows", MEMORY_HERE));
    if (tree < 0)
        return NULL;
    if (again(at_set_at(boot_page->root, WINDOWS_BASE, tree, 0, WINDOWS_BYTES,
                        PERM_R | PERM_W | PERM_SHARED)) < 0) {
        share_delobj(tree);
        return NULL;
    }
    window = (struct region){(uint64_t)tree, WINDOWS_BASE, 0, window_bytes()};
    return &window;
}

uint64_t
window_next(void)
{
    return window.next;
}

void
window_enter(unsigned core, uint64_t next)
{
    uint64_t start = core * window_bytes();
    window.next = next ? next : start;
    window.end = start + window_bytes();
    if (sharing_mode() == SHARING_APART)
        window = (struct region){.tree = boot_page->root}; /* without room: nobody else would see it */
    private_region.tree = private_region.tree ? boot_page->root : 0;
}

void
window_leave(void)
{
    bool alone = window.tree && window.base != WINDOWS_BASE;
    private_region.tree = private_region.tree ? boot_page->root : 0;
    if (!alone)
        window_alone();
    window.tree = boot_page->root;
}

/* Maps `bytes` of a segment at the region's next place. Null: no room, or no memory. */
static void *
region_map(struct region *region, uint64_t segment, uint64_t bytes, uint64_t perm)
{
    if (!region || bytes > region->end - region->next)
        return NULL;
    uint64_t offset = region->next;
    if (again(at_set_seg(region->tree, offset, segment, 0, round_up(bytes, PAGE_BYTES), perm)) < 0)
        return NULL;
    region->next += round_up(bytes, WINDOW_UNIT);
    return (void *)(region->base + offset);
}

void *
memory(size_t bytes, enum sharing sharing)
{
    bool everything = sharing_mode() == SHARING_EVERYTHING;
    struct region *region = sharing == SHARED || everything ? window_begin() : private_begin();
    if (!region || bytes == 0 || bytes > region->end - region->next)
        return NULL;
    int64_t segment = again(segment_alloc(boot_page->share, "memory", MEMORY_HERE));
    if (segment < 0)
        return NULL;
    bool own_root = region->tree == boot_page->root;
    uint64_t perm = PERM_R | PERM_W | (own_root && sharing == SHARED ? PERM_SHARED : 0);
    void *address = NULL;
    if (again(segment_set_nbytes(segment, round_up(bytes, PAGE_BYTES))) >= 0)
        address = region_map(region, segment, bytes, perm);
    /* A window's piece needs no name any more, but where one share is to name everything; what the root maps itself is
     * passed on to other cores by its name. */
    if ((!own_root && !everything) || !address)
        share_delobj(segment);
    return address;
}

static bool
names_equal(const char *left, const char *right)
{
    while (*left && *left == *right)
        left++, right++;
    return *left == *right;
}

/* The inputs stand in the window, so that all cores find the pages that one of them has touched. */
const char *
input(const char *name, size_t *bytes)
{
    uint64_t index = 0;
    while (index < boot_page->modules && !names_equal(name, boot_page->module[index].name))
        index++;
    if (index == boot_page->modules)
        return NULL;
    const struct boot_page_module *module = &boot_page->module[index];
    if (!inputs[index])
        inputs[index] =
            module->bytes ? region_map(window_begin(), module->segment, module->bytes, PERM_R) : "";
    if (inputs[index])
        *bytes = module->bytes;
    return inputs[index];
}

/* The last to arrive resets the count and then opens the door. */
void
barrier(void)
{
    unsigned turn = __atomic_load_n(&team->turn, __ATOMIC_RELAXED); /* it changes only when we have arrived */
    /* Releases what we wrote, acquires what those before us wrote: the last one has seen it all... */
    if (__atomic_add_fetch(&team->arrived, 1, __ATOMIC_ACQ_REL) == team->count) {
        __atomic_store_n(&team->arrived, 0, __ATOMIC_RELAXED); /* seen by all with the turn */
        /* ...and passes it on to those who wait, who acquire it below. */
        __atomic_store_n(&team->turn, turn + 1, __ATOMIC_RELEASE);
    } else {
        marker(MARKER_WAIT_BEGIN);
        for (unsigned looks = 1; __atomic_load_n(&team->turn, __ATOMIC_ACQUIRE) == turn; looks++) {
            __builtin_ia32_pause();
            if (team_core == 0 && looks % LOOKS_A_CHECK == 0)
                team_check(); /* one that is lost will not come */
        }
        marker(MARKER_WAIT_END);
    }
}

uint64_t
clock_now(void)
{
    return (uint64_t)clock_now_stub();
}

uint64_t
clock_hertz(void)
{
    return boot_page->ticks_per_second;
}

bool
null_call(void)
{
    return clock_now_stub() > 0;
}

void
say(const char *line)
{
    print("%s\n", line);
}

/* This core's, in order. */
static struct {
    const char *phase;
    uint64_t microseconds;
} marks[MARKS_MOST];
static unsigned marks_made;

void
marks_leave(void)
{
    for (unsigned i = 0; i < marks_made; i++)
        record("metric {\"name\":\"begin_%s\",\"value\":%lu,\"unit\":\"us\"}", marks[i].phase,
               marks[i].microseconds);
    marks_made = 0;
}

void
result(const char *name, uint64_t value, const char *unit)
{
    marks_leave();
    record("metric {\"name\":\"%s\",\"value\":%lu,\"unit\":\"%s\"}", name, value, unit);
}

/* The work of saying so belongs to no phase. */
void
mark(const char *phase)
{
    marker(MARKER_REGION_END);
    if (marks_made == MARKS_MOST)
        marks_leave();
    uint64_t hertz = clock_hertz(), now = clock_now();
    marks[marks_made].phase = phase;
    marks[marks_made++].microseconds = now / hertz * MICROSECONDS + now % hertz * MICROSECONDS / hertz;
    marker(MARKER_REGION_BEGIN);
}
