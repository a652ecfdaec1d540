/* Scenes of address trees, of faults and traps, and of what a program does with its own core (calls4.def); included by
 * matrix.c alone. */
#ifndef COREY_MATRIX_TREES_H
#define COREY_MATRIX_TREES_H

#include "matrix_world.h"
#include "trap_round.h"

enum call_number {
#define CALL(number, name, parameters, names, kinds, rights, errors) NUMBER_##name = number,
#include "calls4.def"
#undef CALL
};

/* --- trees -------------------------------------------------------------------------------------------------------- */

static void
trees_alloc(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        tree_make(i, i % 2 ? TREE_ROOT : TREE_INNER);
}
SCENE(at_alloc) = {nothing, trees_alloc, made_drop, NULL};

/* Where mapping `i` of a scene stands: by turns in the root and in the inner tree. */
static uint64_t
tree_of(unsigned i)
{
    return i % 2 ? world.inner : boot_page->root;
}

static uint64_t
start_of(unsigned i)
{
    return i % 2 ? i * PAGE : WINDOW + i * PAGE;
}

static void
segments_map(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(0, at_set_seg(tree_of(i), start_of(i), made[0], 0, PAGE, PERM_R | PERM_W));
}

static void
segments_unmap(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(0, at_unmap(tree_of(i), start_of(i), PAGE));
}

static void
segments_unmap_drop(void)
{
    segments_unmap();
    made_drop();
}

static void
unmapped_segment(void)
{
    made[0] = segment_make(4);
}
SCENE(at_set_seg) = {unmapped_segment, segments_map, segments_unmap_drop, NULL};

static void
segments_map_write(void)
{
    unmapped_segment();
    segments_map();
    for (unsigned i = 0; i < TIMES; i++)
        pages_write(i % 2 ? INNER + i * PAGE : WINDOW + i * PAGE, 1);
}
SCENE(at_unmap) = {segments_map_write, segments_unmap, made_drop, NULL};

static void
inner_trees(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        tree_make(i, TREE_INNER);
}

static void
inner_trees_map(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(0, at_set_at(boot_page->root, WINDOW + i * LARGE, made[i], 0, LARGE, PERM_R | PERM_W));
}

static void
inner_trees_drop(void)
{
    check_equal(0, at_unmap(boot_page->root, WINDOW, TIMES * LARGE));
    made_drop();
}
SCENE(at_set_at) = {inner_trees, inner_trees_map, inner_trees_drop, NULL};

static void
mappings_get(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check(at_get(boot_page->root, (struct mapping_entry *)buffer, sizeof(buffer), 0) > 4);
}
SCENE(at_get) = {nothing, mappings_get, nothing, NULL};

/* --- faults ------------------------------------------------------------------------------------------------------- */

static void
fresh_in_root(void)
{
    made[0] = segment_make(FAULTS);
    window_map(made[0], FAULTS);
}

static void
window_write(void)
{
    pages_write(WINDOW, FAULTS);
}
SCENE(fault_in_root) = {fresh_in_root, window_write, touched_drop, NULL};

/* The pages of another segment lie in the next leaf table, so the second half needs a link as well. */
static void
fresh_in_inner(void)
{
    made[0] = segment_make(FAULTS);
    check_equal(0, at_set_seg(world.inner, 2 * LARGE - FAULTS / 2 * PAGE, made[0], 0, FAULTS * PAGE,
                              PERM_R | PERM_W));
}

static void
inner_write(void)
{
    pages_write(INNER + 2 * LARGE - FAULTS / 2 * PAGE, FAULTS);
}

static void
inner_drop(void)
{
    check_equal(0, at_unmap(world.inner, 0, INNER_BYTES));
    made_drop();
}
SCENE(fault_in_inner) = {fresh_in_inner, inner_write, inner_drop, NULL};

/* Pages of a copy, which each write makes its own; the source shows the same. */
static void
copy_in_root(void)
{
    made[0] = segment_make(TIMES);
    window_map(made[0], TIMES);
    pages_write(WINDOW, TIMES);
    int64_t copy = segment_copy(OWN_SHARE, made[0], "scene", COPY_ON_WRITE);
    check(copy > 0);
    made[1] = (uint64_t)copy;
    window_unmap();
    window_map(made[1], TIMES);
}

static void
copy_write(void)
{
    pages_write(WINDOW, TIMES);
}
SCENE(fault_of_copy) = {copy_in_root, copy_write, touched_drop, NULL};

/* --- traps -------------------------------------------------------------------------------------------------------- */

static _Alignas(PAGE) char trap_areas[2][PAGE];
static _Alignas(PAGE) char trap_stack[2 * PAGE];
static uint64_t traps;

/* Goes on behind the instruction `ud2`. */
static void
trap_handler(struct trap_area *area)
{
    check_equal(TRAP_EXCEPTION, area->cause);
    traps++;
    area->frame.rip += 2;
    trap_return(&area->frame);
}

static void
trap_set(unsigned i)
{
    check_equal(0, core_set_trap((struct trap_area *)trap_areas[i % 2], trap_handler,
                                 trap_stack + sizeof(trap_stack)));
}

static void
traps_set(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        trap_set(i);
}

static void
trap_unset(void)
{
    check_equal(0, core_set_trap(NULL, NULL, NULL));
}
SCENE(core_set_trap) = {nothing, traps_set, trap_unset, NULL};

static void
trap_prepare(void)
{
    trap_set(0);
    traps = 0;
}

static void
traps_take(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        __asm__ volatile("ud2" ::: "memory");
    check_equal(TIMES, traps);
}
SCENE(trap) = {trap_prepare, traps_take, trap_unset, NULL};

/* trap_return, to behind itself, with a value in rax. */
static uint64_t
trap_return_once(uint64_t value)
{
    back.rax = value;
    back.fs_base = 0;
    return (uint64_t)trap_return_try(NUMBER_trap_return, (uint64_t)&back);
}

static void
returns_make(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(1000 + i, trap_return_once(1000 + i));
}
SCENE(trap_return) = {nothing, returns_make, nothing, NULL};

/* --- the rest --------------------------------------------------------------------------------------------------- */

SCENE(core_exit) = {.left_out = "ends its program: what core_run starts ends so, in that row"};

static void
console_write(void)
{
    for (unsigned i = 0; i < 4; i++)
        check_equal(1, debug_write(0, ".", 1));
}
SCENE(debug_write) = {nothing, console_write, nothing, NULL};

static void
records_write(void)
{
    static const char text[] = "noise {}";
    for (unsigned i = 0; i < 4; i++)
        check_equal(sizeof(text) - 1, debug_write(1, text, sizeof(text) - 1));
}
SCENE(record_write) = {nothing, records_write, nothing, NULL};

static void
clock_read(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check(clock_now() > 0);
}
SCENE(clock_now) = {nothing, clock_read, nothing, NULL};

#endif
