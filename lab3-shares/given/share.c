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
        account_hold(pays);
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
    account_drop(pays);
    return error;
}

static void
share_destroy(struct object *object)
{
    struct share *share = CONTAINER_OF(object, struct share, object);
    share_empty(share);
    share_table_free(share->table);
    account_drop(share->account);
}
OBJECT_TYPE(share, OBJECT_SHARE, share_destroy);

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
    if (found.object != NULL && handle_id(handle) != 0)
        return (struct share_found){NULL, E_INVAL};
    return found;
}

/* --- changing --------------------------------------------------------------------------------------------- */

/* Share locked: so it stays as it is. Relaxed: ordered by the lock. */
static bool
share_is_dead(const struct share *share)
{
    return __atomic_load_n(&share->object.flags, __ATOMIC_RELAXED) & OBJECT_DEAD;
}

static int
share_add_locked(struct share *share, struct object *object, uint64_t rights)
{
    if (share_is_dead(share))
        return E_NOENT;
    if (object->type == OBJECT_SHARE && CONTAINER_OF(object, struct share, object)->level <= share->level)
        return E_LOOP;
    int error = share_make_room(share);
    return error < 0 ? error : share_insert(share, object, rights);
}

int
share_add(struct share *share, struct object *object, uint64_t rights)
{
    if (object_is_public(
            &share->object)) /* a private one becomes public by its own core alone: that is we, and not now */
        share_publish(object);
    ticket_lock(&share->object.lock);
    int error = share_add_locked(share, object, rights);
    ticket_unlock(&share->object.lock);
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
    int error = share_is_dead(share) ? E_NOENT : share_remove(share, id, &object);
    ticket_unlock(&share->object.lock);
    if (error == 0)
        object_drop(object);
    return error;
}

/* Marks one object, and has a share among those whose entries are still to be marked. While it is private, nobody
 * else uses its limbo item, which it needs only when it is dead. */
static void
publish_one(struct object *object, struct limbo_item **shares)
{
    if (object_is_public(object))
        return;
    object_publish(object);
    if (object->type == OBJECT_SHARE) {
        object->limbo.next = *shares;
        *shares = &object->limbo;
    }
}

void
share_publish(struct object *object)
{
    struct limbo_item *shares = NULL;
    publish_one(object, &shares);
    while (shares != NULL) {
        struct share *share = CONTAINER_OF(shares, struct share, object.limbo);
        shares = shares->next;
        uint32_t cursor = 0;
        uint64_t rights;
        for (struct object *entry; (entry = share_table_next(share->table, &cursor, &rights)) != NULL;)
            publish_one(entry, &shares);
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
