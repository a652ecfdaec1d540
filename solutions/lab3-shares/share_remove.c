/* Exercise 3.3: taking an entry out while others may be looking. Contract: share.h (H3, H4). */
#include "share.h"

#include "hole.h"
#include "panic.h"

int
share_remove(struct share *share, uint64_t id, struct object **out)
{
    /* BEGIN 3.3 */
    assert(queue_held(&share->object.lock));
    struct share_table *table = share->table;
    uint32_t index = share_hash(id, table->slots);
    struct share_slot *slot = share_table_slot(table, index);
    while (slot->id != id) {
        if (slot->id == ID_FREE)
            return E_NOENT;
        index = (index + 1) & (table->slots - 1);
        slot = share_table_slot(table, index);
    }
    *out = share_word_object(slot->object);
    /* Not ID_FREE: entries behind it were put there because this slot was taken. The object word stays, for who has
     * read the id already. Relaxed: nothing follows that a lookup could see; the object's end is ordered by limbo's
     * fence. */
    __atomic_store_n(&slot->id, ID_REMOVED, __ATOMIC_RELAXED);
    table->live--;
    return 0;
    /* END 3.3 */
}
