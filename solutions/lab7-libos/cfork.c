/* Exercise 7.1: a copy of this program on another core. Contract: cfork.h. */
#include "cfork.h"

#include "again.h"
#include "calls.h"
#include "core_calls.h"
#include "hole.h"
#include "start.h"

int64_t
cfork_mapping(const struct launch *launch, uint64_t to, const struct mapping_entry *mapping)
{
    /* BEGIN 7.1 */
    if (!(mapping->perm & PERM_W) || (mapping->perm & PERM_SHARED))
        return launch_show(launch, to, mapping);
    int64_t error = launch_copy(launch, to, mapping);
    if (error != E_TYPE)
        return error;
    int64_t inner = again(at_alloc(launch->share, TREE_INNER, "copy", launch->index));
    if (inner < 0)
        return inner;
    error = launch_fill(launch, (uint64_t)inner, HANDLE(1, mapping->object), cfork_mapping);
    if (error < 0)
        return error;
    return again(
        at_set_at(to, mapping->start, (uint64_t)inner, mapping->offset, mapping->bytes, mapping->perm));
    /* END 7.1 */
}

int64_t
cfork_start(struct core_context *context)
{
    /* BEGIN 7.1 */
    struct launch launch;
    int64_t core = core_claim(NULL);
    if (core < 0)
        return core;
    int64_t error = launch_begin(&launch, (uint64_t)core);
    if (error >= 0) {
        context->argument[0] = HANDLE(1, handle_id(launch.root));
        context->argument[1] = (uint64_t)core;
        error = launch_fill(&launch, launch.root, boot_page->root, cfork_mapping);
        if (error >= 0)
            error = launch_run(&launch, context);
        launch_end(&launch);
    }
    if (error < 0)
        share_delobj((uint64_t)core);
    return error < 0 ? error : core;
    /* END 7.1 */
}
