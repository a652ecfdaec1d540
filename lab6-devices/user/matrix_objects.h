/* Scenes of the calls on names, shares and segments (calls3.def); included by matrix.c alone. */
#ifndef COREY_MATRIX_OBJECTS_H
#define COREY_MATRIX_OBJECTS_H

#include "matrix_world.h"

static void
one_segment(void)
{
    made[0] = segment_make(4);
}

/* A share in made[0], a row of segments behind it. */
static void
share_and_segments(void)
{
    segments_make(1);
    check_equal(0, share_delobj(made[0]));
    share_make(0);
}

static void
share_with_segments(void)
{
    share_and_segments();
    for (unsigned i = 1; i < TIMES; i++)
        check_equal(0, share_addobj(HANDLE(slots[0], 0), made[i], RIGHT_ALL));
}

static void
name_get(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(NAME_SIZE, obj_get_name(made[0], buffer, sizeof(buffer)));
}
SCENE(obj_get_name) = {one_segment, name_get, made_drop, NULL};

static void
shares_alloc(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        share_make(i);
}
SCENE(share_alloc) = {nothing, shares_alloc, made_drop, NULL};

static void
accounts_alloc(void)
{
    for (unsigned i = 0; i < TIMES; i++) {
        struct call_result share = share_alloc_pair(OWN_SHARE, "scene", MEMORY_HERE, 4);
        check(share.value > 0);
        made[i] = (uint64_t)share.value;
        slots[i] = share.second;
    }
}
SCENE(account_alloc) = {nothing, accounts_alloc, made_drop, NULL};

static void
objects_add(void)
{
    for (unsigned i = 1; i < TIMES; i++)
        check_equal(0, share_addobj(HANDLE(slots[0], 0), made[i], RIGHT_ALL));
}
SCENE(share_addobj) = {share_and_segments, objects_add, made_drop, NULL};

/* The entries of one share, whose objects stand in another as well. */
static void
entries_delete(void)
{
    for (unsigned i = 1; i < TIMES; i++)
        check_equal(0, share_delobj(HANDLE(slots[0], handle_id(made[i]))));
}
SCENE(share_delobj) = {share_with_segments, entries_delete, made_drop, NULL};

/* An object into a share and out again: the table is replaced now and then. */
static void
object_add_delete(void)
{
    for (unsigned i = 0; i < TIMES; i++) {
        check_equal(0, share_addobj(HANDLE(slots[0], 0), made[1], RIGHT_ALL));
        check_equal(0, share_delobj(HANDLE(slots[0], handle_id(made[1]))));
    }
}
SCENE(share_reuse) = {share_and_segments, object_add_delete, made_drop, NULL};

static void
segments_prepare(void)
{
    segments_make(1);
}

/* The last name of each, so that it is freed. */
static void
segments_free(void)
{
    for (unsigned i = 0; i < TIMES; i++) {
        check_equal(0, share_delobj(made[i]));
        made[i] = 0;
    }
}
SCENE(segment_free) = {segments_prepare, segments_free, nothing, NULL};

static void
shares_drop(void)
{
    for (unsigned i = 0; i < TIMES; i++) {
        check_equal(0, self_drop(HANDLE(slots[i], 0)));
        slots[i] = 0;
    }
}
SCENE(self_drop) = {shares_alloc, shares_drop, made_drop, NULL};

static void
entries_list(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(TIMES - 1,
                    share_list(HANDLE(slots[0], 0), (struct share_entry *)buffer, sizeof(buffer), 0));
}
SCENE(share_list) = {share_with_segments, entries_list, made_drop, NULL};

static void
status_get(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(sizeof(struct share_status),
                    share_stat(OWN_SHARE, (struct share_status *)buffer, sizeof(buffer)));
}
SCENE(share_stat) = {nothing, status_get, nothing, NULL};

static void
segments_alloc(void)
{
    for (unsigned i = 0; i < TIMES; i++) {
        int64_t segment = segment_alloc(OWN_SHARE, "scene", MEMORY_HERE);
        check(segment > 0);
        made[i] = (uint64_t)segment;
    }
}
SCENE(segment_alloc) = {nothing, segments_alloc, made_drop, NULL};

/* A segment whose pages are there and mapped writable. */
static void
segment_touched(void)
{
    made[0] = segment_make(4);
    window_map(made[0], 4);
    pages_write(WINDOW, 4);
}

static void
copies_make(void)
{
    for (unsigned i = 1; i < TIMES; i++) {
        int64_t copy = segment_copy(OWN_SHARE, made[0], "scene", i % 3);
        check(copy > 0);
        made[i] = (uint64_t)copy;
    }
}

static void
touched_drop(void)
{
    window_unmap();
    made_drop();
}
SCENE(segment_copy) = {segment_touched, copies_make, touched_drop, NULL};

static void
size_get(void)
{
    for (unsigned i = 0; i < TIMES; i++)
        check_equal(4 * PAGE, segment_get_nbytes(made[0]));
}
SCENE(segment_get_nbytes) = {one_segment, size_get, made_drop, NULL};

static void
sizes_grow(void)
{
    for (unsigned i = 1; i <= TIMES; i++)
        check_equal(0, segment_set_nbytes(made[0], (4 + i) * PAGE));
}
SCENE(segment_set_nbytes) = {segment_touched, sizes_grow, touched_drop, NULL};

static void
segment_long(void)
{
    made[0] = segment_make(TIMES);
    window_map(made[0], TIMES);
    pages_write(WINDOW, TIMES);
}

/* Pages that are mapped and there are cut off, one by one. */
static void
sizes_shrink(void)
{
    for (unsigned i = TIMES; i-- > 0;)
        check_equal(0, segment_set_nbytes(made[0], i * PAGE));
}
SCENE(segment_shrink) = {segment_long, sizes_shrink, touched_drop, NULL};

static void
segment_huge(void)
{
    made[0] = segment_make(MANY);
    window_map(made[0], MANY);
    pages_write(WINDOW, MANY);
}

/* So many pages at once that limbo is turned for them: a grace period begins. */
static void
size_to_nothing(void)
{
    check_equal(0, segment_set_nbytes(made[0], 0));
}
SCENE(segment_empty) = {segment_huge, size_to_nothing, touched_drop, NULL};

#endif
