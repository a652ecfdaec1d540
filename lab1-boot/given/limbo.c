/* Limbo: three lists a core, through which each item goes in turn.
 *
 *      fresh   put here since the last note was taken
 *      noted   unlinked before the note was taken: `where` and `want` of each core
 *      ripe    the grace period is over; freed, at most LIMBO_BATCH a turn, so that no exit from the kernel takes long
 */
#include "limbo.h"

#include "core.h"
#include "lock.h"

#define LIMBO_BATCH 512
#define LIMBO_EXITS 32  /* exits, between two turns, for each other core that a turn looks at */
#define LIMBO_ITEMS 256 /* with so many a turn is worth its looks */

struct limbo {
    struct ticket_lock lock; /* guards all below: other cores turn our limbo when they are out of memory */
    struct limbo_item *fresh, *noted, *ripe;
    uint64_t waiting;   /* items on all three, and those being freed; others look at it without the lock */
    uint32_t exits;     /* since the last turn, while something waited; its core's alone */
    struct grace grace; /* of those noted */
};

static PER_CORE struct limbo limbo;

void
limbo_put(struct limbo_item *item, void (*release)(struct limbo_item *))
{
    struct limbo *own = CORE_OWN(limbo);
    item->release = release;
    ticket_lock(&own->lock);
    item->next = own->fresh;
    own->fresh = item;
    __atomic_store_n(&own->waiting, own->waiting + 1, __ATOMIC_RELAXED);
    ticket_unlock(&own->lock);
}

void
grace_begin(struct grace *grace)
{
    /* What was unlinked is written before `where` is read. Partner: the exchange of `where` in core_enter, before
     * the kernel reads any link. Either we see that core in its kernel, or it sees the links without the item. */
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    grace->past = 0;
    for (uint32_t i = 0; i < core_count; i++) {
        const struct core *core = CORE_AT(i, core_words);
        grace->note[i].where = __atomic_load_n(&core->where, __ATOMIC_SEQ_CST);
        /* Relaxed: whoever cleared the tables has raised it before the item came here. */
        grace->note[i].want = __atomic_load_n(&core->want, __ATOMIC_RELAXED);
    }
}

/* Whether core `i` can hold nothing any more of what was unlinked before the note. */
static bool
grace_core_is_past(const struct grace *grace, uint32_t i)
{
    const struct core *core = CORE_AT(i, core_words);
    /* Acquire: that core's last use of the item is done before we free it (partner: the exchange with which it
     * crossed). */
    uint64_t where = __atomic_load_n(&core->where, __ATOMIC_ACQUIRE);
    if (WHERE_STATE(grace->note[i].where) == CORE_KERNEL && where == grace->note[i].where)
        return false;
    /* Acquire: its walker is done, too (partner: the release in core_flush_own). */
    return WHERE_STATE(where) == CORE_ASLEEP ||
           __atomic_load_n(&core->done, __ATOMIC_ACQUIRE) >= grace->note[i].want;
}

bool
grace_is_over(struct grace *grace)
{
    while (grace->past < core_count && grace_core_is_past(grace, grace->past))
        grace->past++;
    return grace->past == core_count;
}

/* Moves the lists on and takes up to LIMBO_BATCH ripe items off, as a list; lock held. */
static struct limbo_item *
limbo_take(struct limbo *list)
{
    if (list->ripe == NULL && list->noted != NULL && grace_is_over(&list->grace)) {
        list->ripe = list->noted;
        list->noted = NULL;
    }
    if (list->noted == NULL && list->fresh != NULL) {
        list->noted = list->fresh;
        list->fresh = NULL;
        grace_begin(&list->grace);
    }
    struct limbo_item *taken = list->ripe, **end = &taken;
    for (unsigned count = 0; count < LIMBO_BATCH && *end != NULL; count++)
        end = &(*end)->next;
    list->ripe = *end;
    *end = NULL;
    return taken;
}

/* Whose list it is whose items this core releases. */
static PER_CORE uint32_t turning;

uint32_t
limbo_turning(void)
{
    return *CORE_OWN(turning);
}

static size_t
limbo_turn_list(uint32_t core)
{
    struct limbo *list = CORE_AT(core, limbo);
    ticket_lock(&list->lock);
    struct limbo_item *item = limbo_take(list);
    ticket_unlock(&list->lock);

    size_t freed = 0;
    *CORE_OWN(turning) = core;
    while (item != NULL) {
        struct limbo_item *next = item->next; /* release() ends the item */
        item->release(item);
        item = next;
        freed++;
    }
    if (freed > 0) {
        ticket_lock(&list->lock);
        /* Release: who sees that nothing waits any more finds it all freed (partner: the acquire in limbo_waiting). */
        __atomic_store_n(&list->waiting, list->waiting - freed, __ATOMIC_RELEASE);
        ticket_unlock(&list->lock);
    }
    return freed;
}

bool
limbo_is_empty(void)
{
    /* Nobody but this core adds to its limbo, so it can see without the lock that there is nothing to do. */
    return __atomic_load_n(&CORE_OWN(limbo)->waiting, __ATOMIC_RELAXED) == 0;
}

size_t
limbo_turn(void)
{
    return limbo_is_empty() ? 0 : limbo_turn_list(core_index());
}

void
limbo_turn_seldom(void)
{
    struct limbo *own = CORE_OWN(limbo);
    uint64_t waiting = __atomic_load_n(&own->waiting, __ATOMIC_RELAXED); /* as in limbo_is_empty */
    if (waiting == 0 || (waiting < LIMBO_ITEMS && ++own->exits < LIMBO_EXITS * (core_count - 1)))
        return;
    own->exits = 0;
    limbo_turn_list(core_index());
}

size_t
limbo_turn_all(void)
{
    size_t freed = 0;
    for (uint32_t i = 0; i < core_count; i++)
        freed += limbo_turn_list(i);
    return freed;
}

size_t
limbo_waiting(void)
{
    size_t waiting = 0;
    for (uint32_t i = 0; i < core_count; i++)
        waiting += __atomic_load_n(&CORE_AT(i, limbo)->waiting, __ATOMIC_ACQUIRE);
    return waiting;
}
