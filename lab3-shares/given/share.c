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
    share_settle(CONTAINER_OF(found.object, struct share, object), 0);
    return found;
}

/* --- private again (H7) ----------------------------------------------------------------------------------- */

/* If it is a share: others come to know it, or stop to. What was settled before says nothing any more. */
static void
share_passed(struct object *object)
{
    if (object->type == OBJECT_SHARE)
        __atomic_add_fetch(&CONTAINER_OF(object, struct share, object)->passed, 1, __ATOMIC_RELAXED);
}

/* The grace period is over: whoever knew the share when it began has forgotten it. */
static void
share_leave_settling(struct limbo_item *item)
{
    struct share *share = CONTAINER_OF(CONTAINER_OF(item, struct object, limbo), struct share, object);
    /* Release: what those cores did with it comes before (partner: share_settle). */
    __atomic_store_n(&share->settled, share->noted + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&share->settling, 0, __ATOMIC_RELEASE); /* noted and the item may be used again */
    object_drop(&share->object);
}

void
share_settle(struct share *share, uint32_t others)
{
    struct object *object = &share->object;
    if (!object_is_public(object))
        return;
    if (others > 0)
        share_passed(object);
    if (__atomic_load_n(&object->references, __ATOMIC_RELAXED) != 1 + others)
        return;
    uint32_t passed = __atomic_load_n(&share->passed, __ATOMIC_RELAXED);
    if (others == 0 && __atomic_load_n(&share->settled, __ATOMIC_ACQUIRE) == passed + 1) {
        __atomic_fetch_and(&object->flags, (uint8_t)~OBJECT_PUBLIC,
                           __ATOMIC_RELAXED); /* read by this core alone */
        return;
    }
    /* Acquire: partner in share_leave_settling. */
    if (__atomic_exchange_n(&share->settling, 1, __ATOMIC_ACQUIRE) != 0)
        return;
    bool held = object_hold(object); /* we have a reference */
    assert(held);
    share->noted = passed;
    limbo_put(&object->limbo, share_leave_settling);
    limbo_want_soon(); /* until then, what the share gives up goes the long way */
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
    ticket_lock(&share->object.lock);
    int error = share_add_locked(share, object, rights);
    ticket_unlock(&share->object.lock);
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
    struct object *object;
    ticket_lock(&share->object.lock);
    int error = object_is_dead(&share->object) ? E_NOENT : share_remove(share, id, &object);
    ticket_unlock(&share->object.lock);
    if (error < 0)
        return error;
    if (object->type == OBJECT_SHARE)
        share_settle(CONTAINER_OF(object, struct share, object), 1);
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
