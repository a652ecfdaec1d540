/* Spending: limits that are exact, and budgets that keep private work private.
 *
 * All counts here say nothing about other memory, and each is changed by one atomic instruction; so they are relaxed,
 * unless it says otherwise. */
#include "account.h"

/* What is on its way between total and budgets is in neither. So each move is announced before it and after it: who
 * looks everywhere, and finds that as many moves were made before as have begun after, has missed none. */

static void
move_begin(struct account *account)
{
    __atomic_add_fetch(&account->moves_begun, 1, __ATOMIC_RELAXED); /* ordered by the release in count_take */
}

static void
move_end(struct account *account)
{
    /* Release: it has arrived (partner: account_collect). */
    __atomic_add_fetch(&account->moves_made, 1, __ATOMIC_RELEASE);
}

bool
account_fill_budget(struct account *account, uint64_t bytes)
{
    uint64_t *own = account_purse(account), total = __atomic_load_n(&account->total, __ATOMIC_RELAXED);
    if (own == &account->total || total < bytes)
        return false;
    move_begin(account);
    uint64_t part = maximum(total / (2 * core_count), ACCOUNT_BATCH);
    uint64_t taken = count_take(&account->total, bytes, maximum(bytes, part));
    __atomic_add_fetch(own, taken, __ATOMIC_RELAXED);
    move_end(account);
    return taken > 0;
}

/* Moves all that the budgets have into the total. */
static void
budgets_take(struct account *account)
{
    uint64_t taken = 0;
    move_begin(account);
    for (uint32_t core = 0; core < account->cores; core++) {
        uint64_t *budget = &account_budget_of(account, core)->unspent;
        if (__atomic_load_n(budget, __ATOMIC_RELAXED) != 0)            /* an empty one's line is left alone */
            taken += __atomic_exchange_n(budget, 0, __ATOMIC_RELEASE); /* as in count_take */
    }
    __atomic_add_fetch(&account->total, taken, __ATOMIC_RELAXED);
    move_end(account);
}

/* Nothing is announced where there is nothing to move: cores that look for the last bytes side by side would take each
 * other's looks for moves, for ever. */
bool
account_collect(struct account *account, uint64_t bytes)
{
    uint64_t made = __atomic_load_n(&account->moves_made, __ATOMIC_ACQUIRE); /* partner: move_end */
    /* Acquire, both: who sees that something has gone from there sees that a move has begun (partner: count_take). */
    for (uint32_t core = 0; core < account->cores; core++) {
        if (__atomic_load_n(&account_budget_of(account, core)->unspent, __ATOMIC_ACQUIRE) > 0) {
            budgets_take(account);
            return true;
        }
    }
    return __atomic_load_n(&account->total, __ATOMIC_ACQUIRE) >= bytes ||
           __atomic_load_n(&account->moves_begun, __ATOMIC_RELAXED) != made;
}

void
account_unspend(struct account *account, uint64_t bytes)
{
    __atomic_add_fetch(account_purse(account), bytes, __ATOMIC_RELAXED);
}

uint64_t
account_used(const struct account *account)
{
    uint64_t unspent = __atomic_load_n(&account->total, __ATOMIC_RELAXED);
    for (uint32_t core = 0; core < account->cores; core++)
        unspent += __atomic_load_n(&account_budget_of(account, core)->unspent, __ATOMIC_RELAXED);
    return account->limit - unspent - __atomic_load_n(&account->moved, __ATOMIC_RELAXED);
}
