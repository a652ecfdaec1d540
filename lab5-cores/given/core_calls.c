/* core_run and core_halt as system calls: from what a program says to what core_object.h wants. */
#include "call.h"
#include "calls5.h"
#include "core_object.h"

/* Looks the shares up; rights: those asked for AND held. */
static int
context_shares(const struct core_context *context, struct core_start *start)
{
    if (context->shares > CORE_SHARES_MOST)
        return E_INVAL;
    for (uint64_t i = 0; i < context->shares; i++) {
        uint64_t rights = context->share[i].rights;
        if (rights & ~(uint64_t)RIGHT_ALL)
            return E_INVAL;
        struct share_found found = share_find_typed(context->share[i].share, OBJECT_SHARE, RIGHT_G);
        if (found.object == NULL)
            return (int)found.rights;
        start->share[i].share = CONTAINER_OF(found.object, struct share, object);
        start->share[i].rights = rights & (uint64_t)found.rights;
    }
    start->shares = context->shares;
    return 0;
}

/* Everything but the trap area. */
static int
context_check(const struct core_context *context, struct core_start *start)
{
    if (context->size != sizeof(*context) || context->flags != 0 || context->entry >= USER_END ||
        context->stack >= USER_END)
        return E_INVAL;
    struct share_found found = share_find_typed(context->root, OBJECT_TREE, RIGHT_X);
    if (found.object == NULL)
        return (int)found.rights;
    start->root = CONTAINER_OF(found.object, struct tree, object);
    if (start->root->inner)
        return E_INVAL;
    start->frame = program_frame(context->entry, context->stack, context->argument);
    return context_shares(context, start);
}

CALL_HANDLER(core_run, handle, address)
{
    struct core_context context;
    struct core_start start = {0};
    int error = call_copy_in(&context, address, sizeof(context));
    if (error < 0)
        return call_error(error);
    struct share_found found = share_find_typed(handle, OBJECT_CORE, RIGHT_X);
    if (found.object == NULL)
        return call_value(found.rights);
    error = context_check(&context, &start);
    if (error == 0 && context.trap_area != 0)
        error = trap_target_make(start.root, context.trap_area, context.trap_entry, context.trap_stack,
                                 &start.trap);
    if (error < 0)
        return call_error(error);
    error = core_run_start(CONTAINER_OF(found.object, struct core_object, object), &start);
    if (error < 0)
        trap_target_free(&start.trap);
    return call_error(error);
}

/* Every core that is charged to the account: how its owner takes back what it has given. */
static void
account_halt(const struct account *account)
{
    for (uint32_t i = 0; i < core_count; i++) {
        struct core_object *core = core_claimer_charged_to(i, account);
        if (core != NULL)
            core_run_halt(core);
    }
}

CALL_HANDLER(core_halt, handle)
{
    struct share_found found = share_find_typed(handle, OBJECT_NONE, RIGHT_D);
    if (found.object == NULL)
        return call_value(found.rights);
    if (found.object->type == OBJECT_CORE) {
        core_run_halt(CONTAINER_OF(found.object, struct core_object, object));
        return call_value(0);
    }
    if (found.object->type != OBJECT_SHARE)
        return call_error(E_TYPE);
    const struct share *share = CONTAINER_OF(found.object, struct share, object);
    if (share->account == share->object.account)
        return call_error(E_INVAL);
    account_halt(share->account);
    return call_value(0);
}
