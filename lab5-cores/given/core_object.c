/* Makes each core that is up an object, and gives a first program the one it runs on. */
#include "core_object.h"

#include "call.h"
#include "calls5.h"
#include "core_status.h"
#include "panic.h"
#include "program.h"
#include "startup.h"
#include "timer.h"

static PER_CORE struct core_object *core_object;

struct core_object *
core_object_of(uint32_t index)
{
    return *CORE_AT(index, core_object);
}

/* Its one reference is the kernel's, for good: so it never dies. */
static void
core_object_destroy(struct object *object)
{
    panic("core object %lx died", object->id);
}
OBJECT_TYPE(core, OBJECT_CORE, core_object_destroy);

STARTUP(51, core_object)
{
    for (uint32_t i = 0; i < core_count; i++) {
        struct object *object;
        if (object_create(OBJECT_CORE, sizeof(struct core_object), NULL, i, "core", &object) < 0)
            panic("no memory for core %u's object", i);
        struct core_object *core = CONTAINER_OF(object, struct core_object, object);
        core->index = i;
        *CORE_AT(i, core_object) = core;
    }
}

PROGRAM_SETUP(50, core)
{
    struct core_object *core = core_object_of(core_index());
    page->core = HANDLE(1, core->object.id);
    page->ticks_per_second = clock_frequency;
    page->cores = core_count;
    return share_add(share, &core->object, RIGHT_ALL);
}

static enum core_condition
core_condition_of(const struct core *core)
{
    /* Relaxed: a glance; the core may be elsewhere by the time it is read. */
    if (WHERE_STATE(__atomic_load_n(&core->where, __ATOMIC_RELAXED)) == CORE_ASLEEP)
        return CORE_SLEEPING;
    return core == core_this() ? CORE_RUNNING : CORE_FREE;
}

CALL_HANDLER(core_current)
{
    uint64_t id = core_object_of(core_index())->object.id;
    for (unsigned slot = 1; slot < HANDLE_SLOTS; slot++) {
        if (share_find(HANDLE(slot, id)).object != NULL)
            return call_value(HANDLE(slot, id));
    }
    return call_error(E_NOENT);
}

CALL_HANDLER(core_stat, handle, address, bytes)
{
    struct share_found found = share_find_typed(handle, OBJECT_CORE, RIGHT_R);
    if (found.object == NULL)
        return call_value(found.rights);
    uint32_t index = CONTAINER_OF(found.object, struct core_object, object)->index;
    const struct core *core = CORE_AT(index, core_words);
    const struct program_end *end = program_last_end(index);
    struct core_status status = {
        .id = found.object->id,
        .index = index,
        .apic_id = core->apic_id,
        .condition = core_condition_of(core),
        .run = core->run,
        .reason = end->reason,
        .status = end->status,
        .error = end->error,
        .address = end->address,
        .rip = end->rip,
    };
    uint64_t length = minimum(bytes, sizeof(status));
    int error = call_copy_out(address, &status, length);
    return call_value(error < 0 ? error : (int64_t)length);
}
