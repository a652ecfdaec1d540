/* Core objects: claimed, described, given up. How they run programs is in core_program.c. */
#include "core_object.h"

#include "call.h"
#include "calls5.h"

#define CORE_NONE CORE_MAX /* index of an object that came too late to claim a processor */

/* By processor: who has claimed it. On a line of its own: others look at it that have nothing to do with what the
 * processor does. Atomic. */
static PER_CORE struct {
    _Alignas(CACHE_LINE) struct core_object *object; /* only its own claimer takes it back */
    const struct account
        *account; /* who pays for it, or has paid for the one before: a glance, to be checked */
} claim;

struct core_object *
core_claimer(uint32_t index)
{
    return __atomic_load_n(&CORE_AT(index, claim)->object,
                           __ATOMIC_ACQUIRE); /* partner: the release in core_claim */
}

struct core_object *
core_claimer_charged_to(uint32_t index, const struct account *account)
{
    /* Relaxed: one that is being claimed at this moment need not be found. */
    if (__atomic_load_n(&CORE_AT(index, claim)->account, __ATOMIC_RELAXED) != account)
        return NULL;
    struct core_object *core = core_claimer(index);
    return core != NULL && core->object.account == account ? core : NULL;
}

/* It has left limbo, and its program is over (K2): nobody gives orders to this run any more, and those that it has left
 * behind are ignored by the next (K3). */
static void
core_object_destroy(struct object *object)
{
    struct core_object *core = CONTAINER_OF(object, struct core_object, object);
    if (core->index != CORE_NONE)
        __atomic_store_n(&CORE_AT(core->index, claim)->object, NULL,
                         __ATOMIC_RELEASE); /* partner: core_claim */
}
OBJECT_TYPE(core, OBJECT_CORE, core_object_destroy);

/* Whether the processor's object is dead, and the processor on its way back. The object stays until we cross. */
static bool
core_is_coming_back(const struct core_object *core)
{
    return __atomic_load_n(&core->object.flags, __ATOMIC_RELAXED) & OBJECT_DEAD;
}

int
core_claim(uint32_t index, struct account *account, const char *name, struct core_object **out)
{
    struct object *object;
    struct core_object *seen = core_claimer(index);
    if (seen != NULL)
        return core_is_coming_back(seen) ? E_AGAIN : E_BUSY;
    int error = object_create(OBJECT_CORE, sizeof(struct core_object), account, index, name, &object);
    if (error < 0)
        return error;
    struct core_object *core = CONTAINER_OF(object, struct core_object, object);
    core->index = index;
    object_publish(object); /* others find it by the processor, too */
    /* Release: the object is whole before it is found. Acquire: the one before has left (partner: its end). */
    if (__atomic_compare_exchange_n(&CORE_AT(index, claim)->object, &seen, core, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_RELAXED)) {
        __atomic_store_n(&CORE_AT(index, claim)->account, account, __ATOMIC_RELAXED);
        *out = core;
        return 0;
    }
    core->index = CORE_NONE;
    object_drop(object);
    return E_BUSY;
}

/* --- system calls ------------------------------------------------------------------------------------------- */

CALL_HANDLER(core_alloc, share_handle, name_address, which)
{
    char name[NAME_SIZE];
    int error = call_name(name_address, name);
    if (error < 0)
        return call_error(error);
    struct share_found found = share_find_own(share_handle);
    if (found.object == NULL)
        return call_value(found.rights);
    if (which != MEMORY_HERE && which >= core_count)
        return call_error(E_INVAL);

    struct share *share = CONTAINER_OF(found.object, struct share, object);
    struct core_object *core;
    uint32_t first = which == MEMORY_HERE ? 0 : (uint32_t)which;
    uint32_t end = which == MEMORY_HERE ? core_count : first + 1;
    /* One that is coming back is worth another call, should there be none that is free. */
    int other = E_BUSY;
    error = E_BUSY;
    for (uint32_t i = first; i < end && (error == E_BUSY || error == E_AGAIN); i++) {
        error = core_claim(i, share->account, name, &core);
        other = error == E_AGAIN ? E_AGAIN : other;
    }
    if (error == E_BUSY)
        error = other;
    return call_value(error < 0 ? error : share_add_new(share_handle, share, &core->object));
}

CALL_HANDLER(core_current)
{
    const struct core_object *core = core_running(core_index());
    for (unsigned slot = 1; core != NULL && slot < HANDLE_SLOTS; slot++) {
        if (share_find(HANDLE(slot, core->object.id)).object != NULL)
            return call_value((int64_t)HANDLE(slot, core->object.id));
    }
    return call_error(E_NOENT);
}

static struct core_status
core_status_of(struct core_object *core)
{
    const struct core *words = CORE_AT(core->index, core_words);
    queue_lock(&core->object.lock);
    struct core_status status = {
        .id = core->object.id,
        .index = core->index,
        .apic_id = words->apic_id,
        .condition = core->condition,
        .run = core->run,
        .reason = core->end.reason,
        .status = core->end.status,
        .error = core->end.error,
        .address = core->end.address,
        .rip = core->end.rip,
    };
    queue_unlock(&core->object.lock);
    /* Relaxed: a glance; the core may be elsewhere by the time it is read. */
    if (status.condition == CORE_RUNNING &&
        WHERE_STATE(__atomic_load_n(&words->where, __ATOMIC_RELAXED)) == CORE_ASLEEP)
        status.condition = CORE_SLEEPING;
    return status;
}

CALL_HANDLER(core_stat, handle, address, bytes)
{
    struct share_found found = share_find_typed(handle, OBJECT_CORE, RIGHT_R);
    if (found.object == NULL)
        return call_value(found.rights);
    struct core_status status = core_status_of(CONTAINER_OF(found.object, struct core_object, object));
    uint64_t length = minimum(bytes, sizeof(status));
    int error = call_copy_out(address, &status, length);
    return call_value(error < 0 ? error : (int64_t)length);
}
