/* For tests: children by hand, from core_run alone. A child runs on a root that shows all that ours shows, the very
 * same pages: so variables are shared, and words that both use are accessed by __atomic builtins. Its stack is its
 * own. */
#ifndef COREY_CHILD_H
#define COREY_CHILD_H

#include <stdbool.h>

#include "again.h"
#include "calls.h"
#include "check.h"
#include "core_calls.h"
#include "error.h"
#include "start.h"

#define OWN_SHARE    HANDLE(1, 0)
#define CHILD_STACKS 0x500000000000ul
#define CHILD_STACK  65536ul
#define FOR_EVER     (~0ul)

struct child {
    uint64_t core, root, share; /* handles through our share; the child's set has `share` in slot 1 */
    struct core_context context;
};

/* Maps in `root` what our root maps, by reference. */
static inline void
child_map_all(uint64_t root)
{
    struct mapping_entry entry;
    for (uint64_t cursor = 0; at_get(boot_page->root, &entry, sizeof(entry), cursor) > 0;
         cursor = entry.start + entry.bytes) {
        uint64_t shown = HANDLE(1, entry.object);
        int64_t error = at_set_seg(root, entry.start, shown, entry.offset, entry.bytes, entry.perm);
        if (error == E_TYPE)
            error = at_set_at(root, entry.start, shown, entry.offset, entry.bytes, entry.perm);
        check_equal(0, error);
    }
}

/* All that child `number` needs, but for the run. Its share is empty. */
static inline void
child_prepare(struct child *child, unsigned number, void (*entry)(uint64_t argument))
{
    child->core = (uint64_t)again(core_alloc(OWN_SHARE, "child", MEMORY_HERE));
    check((int64_t)child->core > 0);
    struct call_result share = share_alloc_pair(OWN_SHARE, "child", MEMORY_HERE, 0);
    check(share.value > 0);
    child->share = (uint64_t)share.value;
    check_equal(0, self_drop(HANDLE(share.second, 0)));
    child->root = (uint64_t)at_alloc(OWN_SHARE, TREE_ROOT, "child", MEMORY_HERE);
    check((int64_t)child->root > 0);
    child_map_all(child->root);

    uint64_t stack = CHILD_STACKS + number * 2 * CHILD_STACK;
    int64_t segment = segment_alloc(OWN_SHARE, "stack", MEMORY_HERE);
    check(segment > 0);
    check_equal(0, segment_set_nbytes((uint64_t)segment, CHILD_STACK));
    check_equal(0, at_set_seg(child->root, stack, (uint64_t)segment, 0, CHILD_STACK, PERM_R | PERM_W));
    check_equal(0, share_delobj((uint64_t)segment));
    child->context = (struct core_context){
        .size = sizeof(child->context),
        .root = child->root,
        .entry = (uint64_t)entry,
        .stack = stack + CHILD_STACK - sizeof(uint64_t),
        .shares = 1,
        .share = {{child->share, RIGHT_ALL}},
    };
}

static inline struct core_status
child_status(const struct child *child)
{
    struct core_status status;
    check_equal(sizeof(status), core_stat(child->core, &status, sizeof(status)));
    return status;
}

/* Sleeps until the child's program is over. */
static inline struct core_status
child_wait(const struct child *child)
{
    struct core_status status;
    while ((status = child_status(child)).condition != CORE_HALTED)
        core_sleep(FOR_EVER);
    return status;
}

/* Gives up what child_prepare has made. */
static inline void
child_release(const struct child *child)
{
    check_equal(0, share_delobj(child->root));
    check_equal(0, share_delobj(child->share));
    check_equal(0, share_delobj(child->core));
}

/* Waits, pausing, until *word is at least `value`. */
static inline void
word_wait(const uint64_t *word, uint64_t value)
{
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) < value)
        __builtin_ia32_pause();
}

static inline void
word_set(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline uint64_t
word_get(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

#endif
