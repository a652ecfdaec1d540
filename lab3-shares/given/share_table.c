/* Tables of shares: making them, growing them, walking them. Contracts: share.h.
 *
 * A table with many removed entries is replaced as a full one is, perhaps by a smaller one. After it, at least a
 * quarter of the new table's slots can be used before the next: so the cost an entry is constant. A table has at
 * most SHARE_SLOTS_MOST slots, which bounds the time that the lock is held. */
#include "share.h"

#include "block.h"
#include "panic.h"
#include "slab.h"

static uint32_t
table_chunks(uint32_t slots)
{
    return (slots + SLOTS_PER_PAGE - 1) / SLOTS_PER_PAGE;
}

static size_t
chunk_bytes(uint32_t slots)
{
    return minimum(slots, SLOTS_PER_PAGE) * sizeof(struct share_slot);
}

/* Gives back the memory alone. */
static void
table_release(struct share_table *table)
{
    for (uint32_t i = 0; i < table_chunks(table->slots); i++)
        if (table->chunk[i] != NULL)
            block_free(table->chunk[i], chunk_bytes(table->slots));
    slab_free(table);
}

int
share_table_create(struct account *account, uint32_t home, uint32_t slots, struct share_table **out)
{
    size_t header = offsetof(struct share_table, chunk[table_chunks(slots)]);
    uint64_t bytes = slab_size(header) + table_chunks(slots) * block_size(chunk_bytes(slots));
    int error = account_charge(account, bytes);
    if (error < 0)
        return error;

    struct share_table *table = slab_alloc(home, header);
    if (table == NULL)
        goto no_memory;
    table->slots = slots;
    for (uint32_t i = 0; i < table_chunks(slots); i++) {
        table->chunk[i] = block_alloc(home, chunk_bytes(slots), PAGE_SHARE);
        if (table->chunk[i] == NULL) {
            table_release(table);
            goto no_memory;
        }
    }
    table->bytes = bytes;
    table->account = account;
    account_hold(account);
    *out = table;
    return 0;

no_memory:
    account_refund(account, bytes);
    return E_NOMEM;
}

void
share_table_free(struct share_table *table)
{
    struct account *account = table->account;
    uint64_t bytes = table->bytes;
    table_release(table);
    account_refund(account, bytes);
    account_drop(account);
}

static void
table_leave_limbo(struct limbo_item *item)
{
    struct share_table *table = CONTAINER_OF(item, struct share_table, limbo);
    struct account *account = table->account;
    uint64_t bytes = table->bytes;
    account_hold(account); /* which share_table_free may drop for the last time */
    share_table_free(table);
    account_limbo(account, -(int64_t)bytes);
    account_drop(account);
}

struct object *
share_table_next(const struct share_table *table, uint32_t *cursor, uint64_t *rights)
{
    while (*cursor < table->slots) {
        struct share_slot *slot = share_table_slot(table, (*cursor)++);
        uint64_t id = __atomic_load_n(&slot->id, __ATOMIC_ACQUIRE); /* partner: the release in share_insert */
        if (id == ID_FREE || id == ID_REMOVED)
            continue;
        uint64_t word = __atomic_load_n(&slot->object, __ATOMIC_RELAXED); /* ordered by the id */
        *rights = share_word_rights(word);
        return share_word_object(word);
    }
    return NULL;
}

/* Enters what `from` has into `to`, which nobody can see yet. Looks at slots alone: an object's first line is written
 * by whoever uses it, and it may stand in other cores' shares as well. */
static void
table_copy(const struct share_table *from, struct share_table *to)
{
    for (uint32_t i = 0; i < from->slots; i++) {
        const struct share_slot *slot = share_table_slot(from, i);
        if (slot->id == ID_FREE || slot->id == ID_REMOVED)
            continue;
        uint32_t index = share_hash(slot->id, to->slots);
        while (share_table_slot(to, index)->id != ID_FREE)
            index = (index + 1) & (to->slots - 1);
        *share_table_slot(to, index) = *slot;
    }
    to->live = to->used = from->live;
}

int
share_make_room(struct share *share)
{
    struct share_table *old = share->table, *new;
    assert(queue_held(&share->object.lock));
    if (old->live >= SHARE_LIVE_MOST)
        return E_NOSPC;
    if ((old->used + 1) * 4 <= old->slots * 3)
        return 0;
    uint32_t slots = SHARE_SLOTS_FIRST;
    while ((old->live + 1) * 2 > slots && slots < SHARE_SLOTS_MOST)
        slots *= 2;
    bool public = object_is_public(&share->object);
    /* What many cores replace comes from the memory of each, and not all from one core's lists. */
    int error = share_table_create(share->account, public ? core_index() : share->object.home, slots, &new);
    if (error < 0)
        return error;
    table_copy(old, new);
    __atomic_store_n(&share->table, new,
                     __ATOMIC_RELEASE); /* filled before it is seen; partner: share_table */

    if (public) {
        account_limbo(old->account, (int64_t)old->bytes);
        limbo_put(&old->limbo, table_leave_limbo);
    } else {
        share_table_free(old);
    }
    return 0;
}
