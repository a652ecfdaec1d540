/* The read-write lock whose readers write nothing that others write (rw_lock.h). */
#include "rw_lock.h"

#include "machine.h"
#include "panic.h"

static uint64_t *
rw_line_of(const struct rw_lock *lock, uint32_t core)
{
    return &CORE_AT(core, *lock->readers)->since;
}

void
rw_read_lock(struct rw_lock *lock)
{
    uint64_t *own = rw_line_of(lock, core_index());
    if (__atomic_load_n(own, __ATOMIC_RELAXED) != 0) /* only this core writes it */
        panic("read-write lock %p: this core is reading already", (void *)lock);

    /* Our line is written before the turn is read. SEQ_CST, a locked exchange, for both (partner: the exchange of turn
     * before lines are read in rw_write_lock): either that writer sees us, or we see its turn. And as an acquire: we
     * see what the last writer did (partner: the release in rw_write_unlock). */
    uint64_t turn = __atomic_load_n(&lock->turn, __ATOMIC_RELAXED); /* a guess, which orders nothing */
    __atomic_exchange_n(own, turn + 1, __ATOMIC_SEQ_CST);
    uint64_t seen = __atomic_load_n(&lock->turn, __ATOMIC_SEQ_CST);
    if (seen % 2 == 0)
        return; /* no writer was there: the next one sees us */
    /* This one may have missed us, or wait for us: we let it go first. The next sees us, by this word or the one
     * before. Release: what we read at other times was before this (partner: rw_reader_wait, which goes on by it). */
    if (seen != turn)
        __atomic_store_n(own, seen + 1, __ATOMIC_RELEASE);
    while (__atomic_load_n(&lock->turn, __ATOMIC_ACQUIRE) ==
           seen) /* partner: the release in rw_write_unlock */
        cpu_pause();
}

void
rw_read_unlock(struct rw_lock *lock)
{
    uint64_t *own = rw_line_of(lock, core_index());
    if (__atomic_load_n(own, __ATOMIC_RELAXED) == 0)
        panic("read-write lock %p: this core is not reading", (void *)lock);
    /* Release: what we have read, we have read before the writer changes it (partner: rw_reader_wait). */
    __atomic_store_n(own, 0, __ATOMIC_RELEASE);
}

/* Waits until the core's line shows no reader that came before turn `turn`. */
static void
rw_reader_wait(const struct rw_lock *lock, uint32_t core, uint64_t turn)
{
    const uint64_t *line = rw_line_of(lock, core);
    uint64_t since;
    /* SEQ_CST: see rw_read_lock. As an acquire: the reader is done with what it read (partner: rw_read_unlock). */
    while ((since = __atomic_load_n(line, __ATOMIC_SEQ_CST)) != 0 && since - 1 < turn)
        cpu_pause();
}

void
rw_write_lock(struct rw_lock *lock, struct mcs_node *node)
{
    if (__atomic_load_n(rw_line_of(lock, core_index()), __ATOMIC_RELAXED) != 0)
        panic("read-write lock %p: this core is reading and would wait for itself", (void *)lock);
    mcs_lock(&lock->writers, node);
    uint64_t turn = __atomic_load_n(&lock->turn, __ATOMIC_RELAXED) + 1; /* the writers' lock guards it */
    __atomic_exchange_n(&lock->turn, turn, __ATOMIC_SEQ_CST);           /* partner: rw_read_lock */
    for (uint32_t core = 0; core < core_count; core++)
        rw_reader_wait(lock, core, turn);
}

void
rw_write_unlock(struct rw_lock *lock, struct mcs_node *node)
{
    if (node->lock != &lock->writers)
        panic("read-write lock %p: the node %p does not hold it", (void *)lock, (void *)node);
    /* Release: nothing that we wrote moves down past it (partner: the acquires of turn in rw_read_lock). */
    __atomic_store_n(&lock->turn, __atomic_load_n(&lock->turn, __ATOMIC_RELAXED) + 1, __ATOMIC_RELEASE);
    mcs_unlock(&lock->writers, node);
}
