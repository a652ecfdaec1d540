/* Tests of the ticket lock, with a second core that only seems to run. */
#include "core.h"
#include "lock.h"
#include "test.h"

static struct ticket_lock lock;

static void
take(__attribute__((unused)) void *argument)
{
    ticket_lock(&lock);
}

static void
give_up(__attribute__((unused)) void *argument)
{
    ticket_unlock(&lock);
}

TEST(lock_holder)
{
    check(!ticket_held(&lock));
    ticket_lock(&lock);
    check(ticket_held(&lock));
    check_equal(core_index() + 1, lock.holder);
    check(!ticket_trylock(&lock));
    check(test_panics(take, NULL)); /* would wait for itself for ever */
    ticket_unlock(&lock);
    check(!ticket_held(&lock));
    check(test_panics(give_up, NULL));
}

TEST(lock_other_core)
{
    uint32_t other = test_add_core();
    ticket_lock(&lock);
    test_as_core(other);
    check(!ticket_held(&lock));
    check(!ticket_trylock(&lock));
    check(test_panics(give_up, NULL)); /* it is not the holder */
    test_as_core(0);
    ticket_unlock(&lock);
    test_as_core(other);
    check(ticket_trylock(&lock));
    check(ticket_held(&lock));
    ticket_unlock(&lock);
    test_as_core(0);
}

/* Tickets are numbers of 32 bits: the lock works on when they start again. */
TEST(lock_tickets_wrap)
{
    lock.next = lock.serving = UINT32_MAX - 1;
    for (int i = 0; i < 4; i++) {
        ticket_lock(&lock);
        check(!ticket_trylock(&lock));
        ticket_unlock(&lock);
    }
    check_equal(2, lock.next);
    check_equal(2, lock.serving);
    check(ticket_trylock(&lock));
    ticket_unlock(&lock);
}
