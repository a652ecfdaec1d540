/* Shares: made, changed, looked at, ended. Contracts: share.h. The heart of each is an exercise.
 *
 * Lock order: a share's lock is taken alone; within it only those of page lists, slabs and limbo. */
#include "share.h"

#include "panic.h"

PER_CORE struct share_set_slot share_set[HANDLE_SLOTS];

int
share_create(struct share *parent, struct account *account, uint64_t limit_pages, uint32_t home,
             const char *name, struct share **out)
{
    if (limit_pages > ~0ul / PAGE_SIZE)
        return E_INVAL;
    struct account *pays = account;
    if (limit_pages == 0)
        account_join(pays);
    else {
        int error = account_create(account, limit_pages * PAGE_SIZE, home, &pays);
        if (error < 0)
            return error;
    }
    struct share_table *table;
    struct object *object;
    int error = share_table_create(pays, home, SHARE_SLOTS_FIRST, &table);
    if (error < 0)
        goto no_table;
    error = object_create(OBJECT_SHARE, sizeof(struct share), account, home, name, &object);
    if (error < 0)
        goto no_object;
    struct share *share = CONTAINER_OF(object, struct share, object);
    share->table = table;
    share->account = pays;
    share->level = parent == NULL ? 0 : parent->level + 1;
    *out = share;
    return 0;

no_object:
    share_table_free(table);
no_table:
    account_leave(pays);
    return error;
}

static void
share_destroy(struct object *object)
{
    struct share *share = CONTAINER_OF(object, struct share, object);
    share_empty(share);
    share_table_free(share->table);
    account_leave(share->account);
}

static void
share_each(struct object *object, void (*visit)(struct object *object))
{
    const struct share_table *table = share_table(CONTAINER_OF(object, struct share, object));
    uint32_t cursor = 0;
    uint64_t rights;
    for (struct object *entry; (entry = share_table_next(table, &cursor, &rights)) != NULL;)
        visit(entry);
}
OBJECT_TYPE_REFERRING(share, OBJECT_SHARE, share_destroy, share_each);

/* --- looking up ------------------------------------------------------------------------------------------- */

struct share_found
share_find_typed(uint64_t handle, uint8_t type, uint64_t rights)
{
    struct share_found found = share_find(handle);
    if (found.object == NULL)
        return found;
    if (type != OBJECT_NONE && found.object->type != type)
        return (struct share_found){NULL, E_TYPE};
    if ((found.rights & rights) != rights)
        return (struct share_found){NULL, E_PERM};
    return found;
}

struct share_found
share_find_own(uint64_t handle)
{
    struct share_found found = share_find_typed(handle, OBJECT_SHARE, RIGHT_W);
    if (found.object == NULL)
        return found;
    if (handle_id(handle) != 0)
        return (struct share_found){NULL, E_INVAL};
    share_settle(CONTAINER_OF(found.object, struct share, object));
    return found;
}

/* --- private again (H7) ----------------------------------------------------------------------------------- */

/* The share of which this core waits to be the only one that knows it: no more than one at a time. */
static PER_CORE struct {
    uint64_t id;
    uint32_t passed; /* what it was when the grace period began */
    struct grace grace;
} settling;

void
share_passed(struct object *object)
{
    if (object->type == OBJECT_SHARE)
        __atomic_add_fetch(&CONTAINER_OF(object, struct share, object)->passed, 1, __ATOMIC_RELAXED);
}

/* Nothing keeps it from ending meanwhile: only its id is remembered. */
void
share_settle(struct share *share)
{
    __typeof__(settling) *own = CORE_OWN(settling);
    struct object *object = &share->object;
    if (!object_is_public(object) || __atomic_load_n(&object->references, __ATOMIC_RELAXED) != 1)
        return;
    uint32_t passed = __atomic_load_n(&share->passed, __ATOMIC_RELAXED);
    bool same = own->id == object->id && own->passed == passed;
    if (own->id != 0 && (same || own->id != object->id) && !grace_is_over(&own->grace))
        return;
    if (same) {
        own->id = 0;
        __atomic_fetch_and(&object->flags, (uint8_t)~OBJECT_PUBLIC,
                           __ATOMIC_RELAXED); /* read by this core alone */
    } else {
        own->id = object->id;
        own->passed = passed;
        grace_begin(&own->grace);
    }
}

/* --- changing --------------------------------------------------------------------------------------------- */

static int
share_add_locked(struct share *share, struct object *object, uint64_t rights)
{
    if (object_is_dead(&share->object))
        return E_NOENT;
    if (object->type == OBJECT_SHARE && CONTAINER_OF(object, struct share, object)->level <= share->level)
        return E_LOOP;
    share_passed(object);
    int error = share_make_room(share);
    return error < 0 ? error : share_insert(share, object, rights);
}

int
share_add(struct share *share, struct object *object, uint64_t rights)
{
    /* A private share becomes public by its own core alone: that is we, and not now. */
    bool publishes = object_is_public(&share->object) && !object_is_public(object);
    if (publishes && !object_hold(&share->object)) /* over a crossing; the object nobody else can take away */
        return E_NOENT;
    if (publishes)
        share_publish(object);
    queue_lock(&share->object.lock);
    int error = share_add_locked(share, object, rights);
    queue_unlock(&share->object.lock);
    if (publishes)
        object_drop(&share->object);
    return error;
}

int64_t
share_add_new(uint64_t handle, struct share *share, struct object *object)
{
    uint64_t id = object->id;
    int error = share_add(share, object, RIGHT_ALL);
    object_drop(object);
    return error < 0 ? error : (int64_t)HANDLE(handle_slot(handle), id);
}

int
share_delete(struct share *share, uint64_t id)
{
    struct object *object = NULL;
    queue_lock(&share->object.lock);
    int error = object_is_dead(&share->object) ? E_NOENT : share_remove(share, id, &object);
    queue_unlock(&share->object.lock);
    if (error < 0)
        return error;
    share_passed(object);
    object_drop(object);
    return 0;
}

/* What this core's share_publish has still to look into, linked by object.limbo: while an object is private, nobody
 * else uses that, and it itself only when it is dead. */
static PER_CORE struct {
    struct limbo_item *first;
    uint64_t visits;
} published;

static void
publish_one(struct object *object)
{
    __typeof__(published) *own = CORE_OWN(published);
    share_passed(object);
    if (!object_is_public(object)) {
        object_publish(object);
        object->limbo.next = own->first;
        own->first = &object->limbo;
    }
    if (++own->visits % SHARE_BATCH == 0)
        core_pass(); /* what is private stays as it is meanwhile; an order to halt is no reason to leave half of it */
}

void
share_publish(struct object *object)
{
    __typeof__(published) *own = CORE_OWN(published);
    own->visits = 0;
    publish_one(object);
    while (own->first != NULL) {
        struct object *next = CONTAINER_OF(own->first, struct object, limbo);
        own->first = own->first->next;
        object_each(next, publish_one);
    }
}

/* --- this core's set -------------------------------------------------------------------------------------- */

unsigned
share_set_free(void)
{
    struct share_set_slot *set = *CORE_OWN(share_set);
    for (unsigned slot = 1; slot < HANDLE_SLOTS; slot++)
        if (set[slot].share == NULL)
            return slot;
    return 0;
}

void
share_set_clear(void)
{
    for (unsigned slot = 1; slot < HANDLE_SLOTS; slot++)
        share_set_change(slot, NULL, 0);
}
