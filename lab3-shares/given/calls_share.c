/* System calls on objects of any type and on shares. What each does: abi/calls3.def. */
#include "call.h"
#include "calls3.h"
#include "share.h"

#define LIST_BATCH 32 /* entries copied out at once */

/* The share behind a handle that shows the rights; or null, and the error. */
static struct share *
share_of(uint64_t handle, uint64_t rights, int *error)
{
    struct share_found found = share_find_typed(handle, OBJECT_SHARE, rights);
    *error = (int)found.rights;
    return found.object == NULL ? NULL : CONTAINER_OF(found.object, struct share, object);
}

/* Copies at most `bytes` of a result out: how many, or E_FAULT and what else may happen to the caller's buffer. */
static struct call_result
copy_result(uint64_t address, uint64_t bytes, const void *from, uint64_t size)
{
    uint64_t length = minimum(bytes, size);
    int error = call_copy_out(address, from, length);
    return call_value(error < 0 ? error : (int64_t)length);
}

CALL_HANDLER(obj_get_name, handle, address, bytes)
{
    struct share_found found = share_find_typed(handle, OBJECT_NONE, RIGHT_R);
    if (found.object == NULL)
        return call_value(found.rights);
    return copy_result(address, bytes, found.object->name, NAME_SIZE);
}

CALL_HANDLER(share_alloc, handle, name_address, memory, limit_pages)
{
    char name[NAME_SIZE];
    int error = call_name(name_address, name), home = call_memory(memory);
    if (error < 0 || home < 0)
        return call_error(error < 0 ? error : home);
    struct share_found found = share_find_own(handle);
    if (found.object == NULL)
        return call_value(found.rights);
    unsigned slot = share_set_free();
    if (slot == 0)
        return call_error(E_NOSPC);

    struct share *parent = CONTAINER_OF(found.object, struct share, object), *share;
    error = share_create(parent, parent->account, limit_pages, (uint32_t)home, name, &share);
    if (error < 0)
        return call_error(error);
    share_set_change(slot, share, RIGHT_ALL); /* cannot fail: we hold it */
    int64_t value = share_add_new(handle, parent, &share->object);
    if (value < 0) {
        share_set_change(slot, NULL, 0);
        return call_value(value);
    }
    return call_pair(value, slot);
}

CALL_HANDLER(share_addobj, share_handle, object_handle, rights)
{
    if (rights & ~(uint64_t)RIGHT_ALL)
        return call_error(E_INVAL);
    int error;
    struct share *share = share_of(share_handle, RIGHT_W, &error);
    if (share == NULL)
        return call_error(error);
    struct share_found found = share_find_typed(object_handle, OBJECT_NONE, RIGHT_G);
    if (found.object == NULL)
        return call_value(found.rights);
    return call_value(share_add(share, found.object, rights & (uint64_t)found.rights));
}

CALL_HANDLER(share_delobj, handle)
{
    uint64_t id = handle_id(handle);
    if (id == 0)
        return call_error(E_INVAL);
    int error;
    struct share *share = share_of(handle - id, RIGHT_W, &error); /* the slot's share itself */
    return call_error(share == NULL ? error : share_delete(share, id));
}

CALL_HANDLER(self_drop, handle)
{
    if (handle_id(handle) != 0)
        return call_error(E_INVAL);
    struct share_found found = share_find(handle);
    if (found.object == NULL)
        return call_value(found.rights);
    share_passed(found.object);
    return call_value(share_set_change(handle_slot(handle), NULL, 0));
}

/* Nothing here crosses, so the table and its objects stay until we are through, even where they leave the share. */
CALL_HANDLER(share_list, handle, address, bytes, cursor)
{
    int error;
    struct share *share = share_of(handle, RIGHT_R, &error);
    if (share == NULL)
        return call_error(error);
    const struct share_table *table = share_table(share);
    uint64_t room = minimum(bytes / sizeof(struct share_entry), SHARE_BATCH), count = 0;
    if (cursor > table->slots || room == 0)
        return call_error(E_INVAL);

    uint32_t next = (uint32_t)cursor;
    while (count < room && next < table->slots) {
        struct share_entry batch[LIST_BATCH];
        uint64_t filled = 0, rights, most = minimum(room - count, LIST_BATCH);
        struct object *object;
        while (filled < most && (object = share_table_next(table, &next, &rights)) != NULL)
            batch[filled++] = (struct share_entry){object->id, object->type, (uint32_t)rights};
        error = call_copy_out(address + count * sizeof *batch, batch, filled * sizeof *batch);
        if (error < 0)
            return call_error(error);
        count += filled;
    }
    return call_pair((int64_t)count, next < table->slots ? next : 0);
}

CALL_HANDLER(share_stat, handle, address, bytes)
{
    int error;
    struct share *share = share_of(handle, RIGHT_R, &error);
    if (share == NULL)
        return call_error(error);
    queue_lock(&share->object.lock);
    uint64_t entries = share->table->live;
    queue_unlock(&share->object.lock);
    struct account *account = share->account;
    struct share_status status = {
        .id = share->object.id,
        .level = share->level,
        .entries = entries,
        .own_account = account != share->object.account,
        .account_limit = account->limit,
        .account_used = account_used(account),
        .account_limbo = account_in_limbo(account),
    };
    return copy_result(address, bytes, &status, sizeof status);
}
