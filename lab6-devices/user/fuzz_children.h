/* Starting the fuzzer on another core, from whichever core it is; included by fuzz.c alone. */
#ifndef COREY_FUZZ_CHILDREN_H
#define COREY_FUZZ_CHILDREN_H

#include "again.h"
#include "fuzz_contents.h"

#define LIST 64

static void (*child_body)(void); /* what it does; does not return */

static uint64_t
core_of(unsigned child)
{
    return COMMON | board->core[child];
}

/* --- on the new core -------------------------------------------------------------------------------------------- */

/* Its segments are copies: finds the one that is mapped here. */
static uint64_t
segment_at(const void *address)
{
    struct mapping_entry entry;
    if (at_get(boot_page->root, &entry, sizeof(entry), (uint64_t)address) != 1)
        return 0;
    return HANDLE(1, entry.object);
}

/* The first function of a child. The parent's variables are here as they stood. */
__attribute__((noreturn)) static void
child_begin(unsigned child, uint64_t root)
{
    static struct boot_page own_page;
    struct core_status status;
    for (unsigned at = 0; at < TRAP_STACK; at += PAGE)
        trap_stack[at] = 1;
    number = child;
    own_page = *boot_page;
    own_page.root = root;
    own_page.core = core_of(child);
    boot_page = &own_page;
    trap_area.masked = 0;
    trap_expected = false;
    touch_over = 0;
    corner.on = false;
    trap_set_own();

    struct seat *seat = &board->seat[child];
    random_state =
        (board->seed * CORES_MOST + child) * 0x9e3779b97f4a7c15ul + word_add(seat->births, 1) * 2 + 1;
    own_count = own_common;
    hog.segment = 0;
    for (unsigned i = 0; pool_letters[i] != '\0'; i++)
        pools[i].count = 0;
    for (unsigned i = 0; i < PATCHES; i++) {
        patch_segment[i] = 0;
        at_unmap(patch_tree(i), patch_start(i),
                 PATCH_PART); /* what an earlier one has left in the common tree */
    }
    arena.segment = segment_at(arena.header);
    control.segment = segment_at(control.header);
    world_learn();
    kept_learn();
    if (core_stat(boot_page->core, &status, sizeof(status)) > 0)
        word_set(seat->run, status.run);
    child_body();
    __builtin_unreachable();
}

/* Reached by programs that are to fail: it does nothing. */
__attribute__((noreturn)) static void
spin_begin(void)
{
    for (;;)
        __builtin_ia32_pause();
}

/* --- on the core that starts it --------------------------------------------------------------------------------- */

/* Whether a mapping is one that the program stands on, and not something that a random call has made. */
static bool
is_ground(const struct mapping_entry *mapping)
{
    uint64_t start = mapping->start;
    return is_own(mapping->object) && (start < WINDOW ? start >= USER_BASE : start >= BOARD);
}

/* Shows in the child's root what the mapping shows in ours: a copy of what we may write, unless it is common. */
static int64_t
ground_pass_on(uint64_t share, uint64_t root, const struct mapping_entry *mapping)
{
    uint64_t shown = HANDLE(1, mapping->object);
    int64_t error = 0;
    if ((mapping->perm & PERM_W) && !(mapping->perm & PERM_SHARED)) {
        int64_t copy = again(segment_copy(share, shown, 0, COPY_ON_WRITE));
        if (copy < 0)
            return copy;
        shown = copy;
    } else {
        error = again(share_addobj(share, shown, RIGHT_ALL));
    }
    if (error < 0 && error != E_EXIST)
        return error;
    error = again(at_set_seg(root, mapping->start, shown, mapping->offset, mapping->bytes, mapping->perm));
    if (error == E_TYPE)
        error = again(at_set_at(root, mapping->start, shown, mapping->offset, mapping->bytes, mapping->perm));
    return error;
}

static int64_t
ground_pass_all(uint64_t share, uint64_t root)
{
    struct mapping_entry list[LIST];
    for (uint64_t cursor = 0;;) {
        int64_t count = again(at_get(boot_page->root, list, sizeof(list), cursor));
        if (count <= 0)
            return count;
        for (int64_t i = 0; i < count; i++) {
            int64_t error = is_ground(&list[i]) ? ground_pass_on(share, root, &list[i]) : 0;
            if (error < 0)
                return error;
        }
        cursor = list[count - 1].start + list[count - 1].bytes;
    }
}

static int64_t
child_run(unsigned child, uint64_t share, uint64_t root, bool torn)
{
    struct core_context context = {
        .size = sizeof(context),
        .root = root,
        .entry = torn ? (uint64_t)spin_begin : (uint64_t)child_begin,
        .stack = USER_STACK_TOP - sizeof(uint64_t), /* a function finds its stack 8 off a multiple of 16 */
        .argument = {child, HANDLE(1, handle_id(root))},
        .shares = 2 + (chance(20) ? 1 : 0),
        .share = {{share, RIGHT_ALL}, {COMMON, RIGHT_ALL}, {pool_any('s'), random_below(RIGHT_ALL + 1)}},
    };
    if (chance(30)) {
        context.trap_area = (uint64_t)&trap_area;
        context.trap_entry = (uint64_t)trap_handler;
        context.trap_stack = (uint64_t)(trap_stack + TRAP_STACK);
    }
    int64_t error = again(core_run(core_of(child), &context));
    if (error == 0 && torn) /* the ground goes while it begins to stand on it */
        at_unmap(root, USER_BASE, WINDOW);
    return error;
}

/* Starts the fuzzer on core `child`, or, `torn`, a program that soon has no memory any more. All that is made for it is
 * given up here: only the run has it. */
static int64_t
child_start(unsigned child, bool torn)
{
    uint64_t limit = chance(50) ? 0 : 300 + random_below(1000);
    struct call_result made = share_alloc_pair(OWN_SHARE, 0, MEMORY_HERE, limit);
    if (made.value < 0)
        return made.value;
    uint64_t share = HANDLE(made.second, 0);
    int64_t root = again(at_alloc(share, TREE_ROOT, 0, MEMORY_HERE)), error = root;
    if (error >= 0)
        error = ground_pass_all(share, (uint64_t)root);
    if (error >= 0)
        error = child_run(child, share, (uint64_t)root, torn);
    word_add(*(error < 0 ? &board->refused : torn ? &board->torn : &board->starts), 1);
    share_delobj((uint64_t)made.value);
    self_drop(share);
    return error;
}

#endif
