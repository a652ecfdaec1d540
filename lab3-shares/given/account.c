/* Accounts: limits that are exact, and budgets that keep private work private.
 *
 * All counts here say nothing about other memory, and each is changed by one atomic instruction; so they are relaxed,
 * unless it says otherwise. */
#include "account.h"

#include "block.h"
#include "console.h"
#include "core.h"
#include "monitor.h"
#include "panic.h"
#include "slab.h"
#include "startup.h"

struct account *account_root;

/* --- making and ending ------------------------------------------------------------------------------------ */

/* Bytes of budget block `i` of an account with this many cores. */
static size_t
budget_bytes(uint32_t cores, uint32_t i)
{
    return minimum(cores - i * BUDGETS_PER_BLOCK, BUDGETS_PER_BLOCK) * sizeof(struct account_budget);
}

static uint32_t
budget_blocks(uint32_t cores)
{
    return (cores + BUDGETS_PER_BLOCK - 1) / BUDGETS_PER_BLOCK;
}

/* What an account with its budgets takes. */
static uint64_t
account_bytes(uint32_t cores)
{
    uint64_t bytes = slab_size(offsetof(struct account, budget[budget_blocks(cores)]));
    for (uint32_t i = 0; i < budget_blocks(cores); i++)
        bytes += block_size(budget_bytes(cores, i));
    return bytes;
}

static void
account_free(struct account *account)
{
    for (uint32_t i = 0; i < budget_blocks(account->cores); i++)
        if (account->budget[i] != NULL)
            block_free(account->budget[i], budget_bytes(account->cores, i));
    slab_free(account);
}

/* An account that owns `bytes` already; null: no memory. */
static struct account *
account_make(uint64_t bytes, uint32_t cores, uint32_t home)
{
    struct account *account = slab_alloc(home, offsetof(struct account, budget[budget_blocks(cores)]));
    if (account == NULL)
        return NULL;
    account->cores = cores;
    for (uint32_t i = 0; i < budget_blocks(cores); i++) {
        account->budget[i] = block_alloc(home, budget_bytes(cores, i), PAGE_BUDGET);
        if (account->budget[i] == NULL) {
            account_free(account);
            return NULL;
        }
    }
    account->references = 1;
    account->limit = account->total = bytes;
    return account;
}

int
account_create(struct account *parent, uint64_t bytes, uint32_t home, struct account **out)
{
    uint64_t overhead = account_bytes(core_count);
    if (bytes > parent->limit) /* also keeps the sum from running over */
        return E_NOMEM;
    int error = account_charge(parent, bytes + overhead);
    if (error < 0)
        return error;
    struct account *account = account_make(bytes, core_count, home);
    if (account == NULL) {
        account_refund(parent, bytes + overhead);
        return E_NOMEM;
    }
    account->parent = parent;
    account->overhead = overhead;
    account_hold(parent);
    __atomic_add_fetch(&parent->moved, bytes + overhead, __ATOMIC_RELAXED);
    *out = account;
    return 0;
}

/* All memory that is free when the kernel starts. It is never ended, and has a budget for every core there may be. */
STARTUP(20, account)
{
    account_root = account_make(page_free_count() * PAGE_SIZE, CORE_MAX, 0);
    if (account_root == NULL)
        panic("no memory for the root account");
}

void
account_hold(struct account *account)
{
    if (account != NULL)
        __atomic_add_fetch(&account->references, 1, __ATOMIC_RELAXED);
}

/* Nobody can be looking at an account without a reference: a share gives its own up when its grace period is over.
 * So it is freed at once. Its end may be its parent's: a loop, as a chain of them may be long. */
void
account_drop(struct account *account)
{
    /* Release: all refunds come before the end; acquire, for the last: it sees those of others (partners: their
     * drops). */
    while (account != NULL && __atomic_sub_fetch(&account->references, 1, __ATOMIC_ACQ_REL) == 0) {
        struct account *parent = account->parent;
        uint64_t bytes = account->limit + account->overhead;
        assert(account_used(account) == 0 && account->in_limbo == 0);
        account_free(account);
        __atomic_sub_fetch(&parent->moved, bytes, __ATOMIC_RELAXED);
        account_refund(parent, bytes);
        account = parent;
    }
}

/* --- spending --------------------------------------------------------------------------------------------- */

static uint64_t *
account_budget_of(const struct account *account, uint32_t core)
{
    return &account->budget[core / BUDGETS_PER_BLOCK][core % BUDGETS_PER_BLOCK].unspent;
}

/* Where this core spends from. */
static uint64_t *
account_own(struct account *account)
{
    uint32_t core = core_index();
    return core < account->cores ? account_budget_of(account, core) : &account->total;
}

/* Takes `least` from *count, or, where it has more, up to `most`; returns what it took: 0 when it has less than
 * `least`. */
static uint64_t
count_take(uint64_t *count, uint64_t least, uint64_t most)
{
    uint64_t have = __atomic_load_n(count, __ATOMIC_RELAXED), taken;
    do {
        if (have < least)
            return 0;
        taken = minimum(have, most);
        /* Release: who sees that it is gone from here sees that a move has begun (partner: account_collect). */
    } while (
        !__atomic_compare_exchange_n(count, &have, have - taken, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    return taken;
}

bool
account_spend_budget(struct account *account, uint64_t bytes)
{
    return count_take(account_own(account), bytes, bytes) == bytes;
}

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
    uint64_t *own = account_own(account);
    if (own == &account->total || __atomic_load_n(&account->total, __ATOMIC_RELAXED) < bytes)
        return false;
    move_begin(account);
    uint64_t taken = count_take(&account->total, bytes, maximum(bytes, ACCOUNT_BATCH));
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
        uint64_t *budget = account_budget_of(account, core);
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
        if (__atomic_load_n(account_budget_of(account, core), __ATOMIC_ACQUIRE) > 0) {
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
    uint64_t *own = account_own(account);
    if (__atomic_load_n(own, __ATOMIC_RELAXED) >= 2 * ACCOUNT_BATCH)
        own = &account->total;
    __atomic_add_fetch(own, bytes, __ATOMIC_RELAXED);
}

uint64_t
account_used(const struct account *account)
{
    uint64_t unspent = __atomic_load_n(&account->total, __ATOMIC_RELAXED);
    for (uint32_t core = 0; core < account->cores; core++)
        unspent += __atomic_load_n(account_budget_of(account, core), __ATOMIC_RELAXED);
    return account->limit - unspent - __atomic_load_n(&account->moved, __ATOMIC_RELAXED);
}

/* --- limbo ------------------------------------------------------------------------------------------------ */

void
account_limbo(struct account *account, int64_t bytes)
{
    /* Release: the refund of what has left comes before (partner: the acquire in account_in_limbo). */
    if (account != NULL)
        __atomic_add_fetch(&account->in_limbo, (uint64_t)bytes, __ATOMIC_RELEASE);
}

uint64_t
account_in_limbo(const struct account *account)
{
    return __atomic_load_n(&account->in_limbo, __ATOMIC_ACQUIRE);
}

COMMAND(account, "the root account, in KiB: limit, spent, waiting in limbo, moved into other accounts")
{
    console_print("limit %lu, spent %lu, in limbo %lu, moved %lu\n", account_root->limit >> 10,
                  account_used(account_root) >> 10, account_in_limbo(account_root) >> 10,
                  __atomic_load_n(&account_root->moved, __ATOMIC_RELAXED) >> 10);
}
