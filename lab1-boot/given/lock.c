/* The ticket lock. */
#include "lock.h"

#include "core.h"
#include "machine.h"
#include "panic.h"

/* Only the holder writes `holder`, and another core's number never equals ours: no order is needed to know whether
 * it is we. */
bool
ticket_held(const struct ticket_lock *lock)
{
    return __atomic_load_n(&lock->holder, __ATOMIC_RELAXED) == core_index() + 1;
}

static void
ticket_taken(struct ticket_lock *lock)
{
    __atomic_store_n(&lock->holder, core_index() + 1, __ATOMIC_RELAXED);
}

void
ticket_lock(struct ticket_lock *lock)
{
    if (ticket_held(lock))
        panic("lock %p: this core holds it already", (void *)lock);

    /* The draw orders nothing: the ticket is ours alone, and we are not in yet. */
    uint32_t ticket = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);
    while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) !=
           ticket) /* partner: the release in ticket_unlock */
        cpu_pause();
    ticket_taken(lock);
}

bool
ticket_trylock(struct ticket_lock *lock)
{
    /* The acquire sees all that the last holder did (partner: ticket_unlock); that nobody has come since then is
     * all that the exchange has to find out. */
    uint32_t ticket = __atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE);
    if (!__atomic_compare_exchange_n(&lock->next, &ticket, ticket + 1, false, __ATOMIC_RELAXED,
                                     __ATOMIC_RELAXED))
        return false;
    ticket_taken(lock);
    return true;
}

void
ticket_unlock(struct ticket_lock *lock)
{
    if (!ticket_held(lock))
        panic("lock %p: held by core %d, not by this one", (void *)lock, (int)lock->holder - 1);
    __atomic_store_n(&lock->holder, 0, __ATOMIC_RELAXED);

    /* Release: nothing of the critical section moves down past it (partner: the acquire of the next holder). */
    __atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}
