/* Exercise 3.1: looking a handle up, without a lock and without a store. Contract: share.h (H1, H2). */
#include "share.h"

#include "hole.h"

struct share_found
share_find(uint64_t handle)
{
    /* BEGIN 3.1 */
    unsigned number = handle_slot(handle); /* bit 63 makes it 128 or more */
    if (number == 0 || number >= HANDLE_SLOTS)
        return (struct share_found){NULL, E_INVAL};
    const struct share_set_slot *own = &(*CORE_OWN(share_set))[number];
    uint64_t id = handle_id(handle);
    if (own->share == NULL)
        return (struct share_found){NULL, E_NOENT};
    if (id == 0)
        return (struct share_found){&own->share->object, (int64_t)own->rights};

    const struct share_table *table = share_table(own->share);
    for (uint32_t index = share_hash(id, table->slots);; index = (index + 1) & (table->slots - 1)) {
        const struct share_slot *slot = share_table_slot(table, index);
        /* Acquire: the object word is there; partner: the release in share_insert. */
        uint64_t seen = __atomic_load_n(&slot->id, __ATOMIC_ACQUIRE);
        if (seen == ID_FREE)
            return (struct share_found){NULL, E_NOENT};
        if (seen == id) {
            uint64_t word = __atomic_load_n(&slot->object, __ATOMIC_RELAXED); /* constant by now (H3) */
            return (struct share_found){share_word_object(word),
                                        (int64_t)(share_word_rights(word) & own->rights)};
        }
    }
    /* END 3.1 */
}
