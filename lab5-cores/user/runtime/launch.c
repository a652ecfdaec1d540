/* Programs for other cores: what they begin with, whatever they are to become (launch.h). */
#include "launch.h"

#include <stdbool.h>

#include "again.h"
#include "calls.h"
#include "core_calls.h"
#include "start.h"

#define FOR_EVER      (~0ul)
#define NAPS_A_SECOND 1000000 /* of the shortest nap */
#define NAP_DOUBLINGS 10
#define TRIES_MOST    200

/* --- on the parent's core ------------------------------------------------------------------------------------- */

/* The first word of the command that started this program. */
static const char *
program_name(void)
{
    static char name[NAME_SIZE];
    for (unsigned i = 0; i < NAME_SIZE - 1; i++) {
        name[i] = boot_page->command[i] == ' ' ? '\0' : boot_page->command[i];
        if (name[i] == '\0')
            break;
    }
    return name;
}

/* Whether something of our account waits in limbo: it may be what keeps a core from being free. */
static bool
limbo_holds_something(void)
{
    struct share_status status;
    return again(share_stat(boot_page->share, &status, sizeof(status))) > 0 && status.account_limbo > 0;
}

int64_t
core_claim(const char *name)
{
    int64_t core = E_AGAIN;
    uint64_t nap = boot_page->ticks_per_second / NAPS_A_SECOND;
    /* A core that has just been given up comes back when all others have gone through their kernels. Mostly they
     * have, and it is our own limbo that must turn a few times, once a nap: so the first naps are short. */
    for (unsigned tries = 0; tries < TRIES_MOST; tries++) {
        core = core_alloc(boot_page->share, name ? name : program_name(), MEMORY_HERE);
        if (core != E_AGAIN && !(core == E_BUSY && limbo_holds_something()))
            break;
        core_sleep((uint64_t)clock_now() + (nap << (tries < NAP_DOUBLINGS ? tries : NAP_DOUBLINGS)));
    }
    return core;
}

int64_t
launch_name(const struct launch *launch, uint64_t object, uint64_t rights)
{
    int64_t error = again(share_addobj(launch->share, object, rights));
    return error == E_EXIST ? 0 : error;
}

/* The root, and what the child is to name as we do: its core and the modules. */
static int64_t
launch_equip(struct launch *launch)
{
    int64_t root = again(at_alloc(launch->share, TREE_ROOT, "root", launch->index));
    if (root < 0)
        return root;
    launch->root = (uint64_t)root;
    int64_t error = launch_name(launch, launch->core, RIGHT_ALL);
    for (uint64_t i = 0; error >= 0 && i < boot_page->modules; i++)
        error = launch_name(launch, boot_page->module[i].segment, RIGHT_ALL);
    return error;
}

int64_t
launch_begin(struct launch *launch, uint64_t core)
{
    struct core_status status;
    struct call_result share;
    char name[NAME_SIZE];
    int64_t error = again(core_stat(core, &status, sizeof(status)));
    if (error >= 0)
        error = again(obj_get_name(core, name, sizeof(name)));
    if (error >= 0)
        error = again((share = share_alloc_pair(boot_page->share, name, status.index, 0)).value);
    if (error < 0)
        return error;
    *launch = (struct launch){.core = core,
                              .index = status.index,
                              .named = (uint64_t)share.value,
                              .share = HANDLE(share.second, 0)};
    error = launch_equip(launch);
    if (error < 0)
        launch_end(launch);
    return error;
}

int64_t
launch_begin_within(struct launch *launch, uint64_t core)
{
    struct core_status status;
    int64_t error = again(core_stat(core, &status, sizeof(status)));
    if (error < 0)
        return error;
    *launch = (struct launch){.core = core, .index = status.index, .share = boot_page->share};
    return launch_equip(launch);
}

void
launch_end(const struct launch *launch)
{
    if (!launch->named)
        return;
    share_delobj(launch->named);
    self_drop(launch->share);
}

/* Maps `object` where `mapping` shows another in a tree of ours. */
static int64_t
launch_map(uint64_t to, uint64_t object, const struct mapping_entry *mapping)
{
    int64_t error =
        again(at_set_seg(to, mapping->start, object, mapping->offset, mapping->bytes, mapping->perm));
    if (error == E_TYPE)
        error = again(at_set_at(to, mapping->start, object, mapping->offset, mapping->bytes, mapping->perm));
    return error;
}

int64_t
launch_show(const struct launch *launch, uint64_t to, const struct mapping_entry *mapping)
{
    uint64_t object = HANDLE(1, mapping->object);
    int64_t error = launch_name(launch, object, RIGHT_ALL);
    return error < 0 ? error : launch_map(to, object, mapping);
}

int64_t
launch_copy(const struct launch *launch, uint64_t to, const struct mapping_entry *mapping)
{
    int64_t copy = again(segment_copy(launch->share, HANDLE(1, mapping->object), 0, COPY_ON_WRITE));
    return copy < 0 ? copy : launch_map(to, (uint64_t)copy, mapping);
}

int64_t
launch_fill(const struct launch *launch, uint64_t to, uint64_t from,
            int64_t (*pass_on)(const struct launch *launch, uint64_t to, const struct mapping_entry *mapping))
{
    struct mapping_entry mapping;
    int64_t error;
    for (uint64_t cursor = 0; (error = again(at_get(from, &mapping, sizeof(mapping), cursor))) > 0;
         cursor = mapping.start + mapping.bytes) {
        error = pass_on(launch, to, &mapping);
        if (error < 0)
            break;
    }
    return error;
}

int64_t
launch_run(const struct launch *launch, struct core_context *context)
{
    context->size = sizeof(*context);
    context->root = launch->root;
    context->share[0].share = launch->share;
    context->share[0].rights = RIGHT_ALL;
    return again(core_run(launch->core, context));
}

int64_t
core_wait(uint64_t core, struct core_status *status)
{
    for (;;) {
        int64_t error = again(core_stat(core, status, sizeof(*status)));
        if (error < 0)
            return error;
        if (status->condition != CORE_RUNNING && status->condition != CORE_SLEEPING)
            return 0;
        core_sleep(FOR_EVER); /* its end wakes us, as may other things */
    }
}

/* --- on the child's core -------------------------------------------------------------------------------------- */

void
copy_enter(uint64_t root, uint64_t core, uint64_t cores)
{
    static struct boot_page page;
    page = *boot_page;
    page.root = root;
    page.core = core;
    page.cores = cores;
    boot_page = &page;
}

__attribute__((weak)) void
copy_before(void)
{
}

__attribute__((weak)) void
copy_begin(void (*go)(void))
{
    go();
}

__attribute__((weak)) void
copy_after(void)
{
}
