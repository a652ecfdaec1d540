/* Helpers of the tests of trees on several cores (tree_cores.h). */
#include "tree_cores.h"

#include "panic.h"

struct cores_shared cores;

void
cores_meet(uint64_t *meetings)
{
    /* Release, and acquire in the wait: what a core has done before the meeting, the others see after it. */
    __atomic_add_fetch(&cores.arrived, 1, __ATOMIC_RELEASE);
    test_wait_for(&cores.arrived, ++*meetings * core_count);
}

void
cores_begin(uint64_t pages)
{
    assert(core_count > 1 && core_count <= CORES_MOST);
    cores.arrived = 0;
    cores.over = false;
    cores.inner = inner_make();
    cores.segment = segment_make_pages(pages);
    share_publish(&cores.inner->object);
    share_publish(&cores.segment->object);
    for (uint32_t i = 0; i < core_count; i++) {
        cores.roots[i] = root_make();
        share_publish(&cores.roots[i]->object);
        map(cores.roots[i], HERE, &cores.inner->object, 0, TREE_BYTES, PERM_R | PERM_W);
    }
}

void
cores_leave_root(uint32_t index)
{
    check_equal(0, tree_load(NULL));
    object_drop(&cores.roots[index]->object);
}

void
cores_end(void)
{
    object_drop(&cores.inner->object);
    object_drop(&cores.segment->object);
}

void
cores_count(uint64_t *progress)
{
    __atomic_add_fetch(progress, 1, __ATOMIC_RELAXED); /* here and below: a number, no more */
}

bool
cores_go_on(uint64_t rounds, uint64_t least, const uint64_t *progress)
{
    for (uint32_t i = 1; i < core_count; i++)
        if (__atomic_load_n(&progress[i], __ATOMIC_RELAXED) < least)
            return true;
    return rounds < least;
}

bool
cores_are_over(void)
{
    return __atomic_load_n(&cores.over, __ATOMIC_RELAXED);
}

void
cores_end_it(void)
{
    __atomic_store_n(&cores.over, true, __ATOMIC_RELAXED);
}

/* One load or store as ring 3 would do it: whoever flushes this core meanwhile waits for it. */
static bool
probe_in_ring3(uint64_t address, enum access access, uint64_t *word)
{
    core_leave();
    bool done = access == ACCESS_READ ? probe_read(address, word) : probe_write(address, *word);
    core_enter();
    return done;
}

int
ring3_touch(uint64_t address, enum access access, uint64_t *word)
{
    int error = 0;
    while (error == 0 && !probe_in_ring3(address, access, word))
        error = tree_fault(tree_current(), address, access, false);
    return error;
}

void
mark_pages(struct segment *segment, uint64_t which)
{
    for (uint64_t page = 0; page < PAGES; page++)
        word_write(segment, page, MARK(which, page));
}

void
test_pause_for(unsigned times)
{
    while (times-- > 0)
        test_pause();
}
