/* Exercise 3.2: a new entry, in an order that a lookup can bear. Contract: share.h (H2, H3, H4). */
#include "share.h"

#include "hole.h"
#include "panic.h"

int
share_insert(struct share *share, struct object *object, uint64_t rights)
{
    /* BEGIN 3.2 */
    assert(queue_held(&share->object.lock));
    struct share_table *table = share->table;
    uint32_t index = share_hash(object->id, table->slots);
    struct share_slot *slot;
    for (;; index = (index + 1) & (table->slots - 1)) {
        slot = share_table_slot(table, index);
        if (slot->id == object->id)
            return E_EXIST;
        if (slot->id == ID_FREE)
            break; /* not at a removed one: a lookup may be reading its object word (H3) */
    }
    if (!object_hold(object))
        return E_NOENT;
    __atomic_store_n(&slot->object, (uint64_t)object | (rights & RIGHT_ALL), __ATOMIC_RELAXED);
    /* Release: the object word, and the object as it was made, come first; partner: the acquire in share_find. */
    __atomic_store_n(&slot->id, object->id, __ATOMIC_RELEASE);
    table->used++;
    table->live++;
    return 0;
    /* END 3.2 */
}
