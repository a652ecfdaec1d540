/* Accounts: made, referred to, ended. How they spend: account_spend.c. */
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
    account->shares = 1;
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

/* --- references ------------------------------------------------------------------------------------------- */

/* Of a closing account: more than there can be references. They are counted on top of it until those of all cores have
 * been added. */
#define CLOSING (1l << 62)

/* Where this core counts its references; null: where all do. */
static struct account_budget *
account_counter(const struct account *account)
{
    /* Acquire: whoever has seen that all cores had crossed has added their counts (partner: account_closed). */
    return __atomic_load_n(&account->closing, __ATOMIC_ACQUIRE) ? NULL : account_own(account);
}

static void
counter_change(struct account_budget *own, int64_t change)
{
    /* Relaxed: nobody else writes it, and who reads it does so a grace period after our last. */
    __atomic_store_n(&own->references, own->references + change, __ATOMIC_RELAXED);
}

void
account_hold(struct account *account)
{
    if (account == NULL)
        return;
    struct account_budget *own = account_counter(account);
    if (own != NULL)
        counter_change(own, 1);
    else
        __atomic_add_fetch(&account->references, 1, __ATOMIC_RELAXED);
}

/* One reference less; whether that was the last. */
static bool
account_let_go(struct account *account)
{
    struct account_budget *own = account_counter(account);
    if (own != NULL) {
        counter_change(own, -1);
        return false;
    }
    bool closing =
        __atomic_load_n(&account->closing, __ATOMIC_RELAXED); /* cannot change without a crossing of ours */
    /* Release: all refunds come before the end; acquire, for the last: it sees those of others (partners: their
     * drops). */
    return __atomic_sub_fetch(&account->references, 1, __ATOMIC_ACQ_REL) == 0 && closing;
}

/* Nobody knows the account any more: it is freed, and its limit returns. That may be the end of its parent: a loop,
 * as a chain of them may be long. */
static void
account_end(struct account *account)
{
    do {
        struct account *parent = account->parent;
        uint64_t bytes = account->limit + account->overhead;
        assert(account_used(account) == 0 && account_in_limbo(account) == 0);
        account_free(account);
        __atomic_sub_fetch(&parent->moved, bytes, __ATOMIC_RELAXED);
        account_refund(parent, bytes);
        account = parent;
    } while (account_let_go(account));
}

void
account_drop(struct account *account)
{
    if (account != NULL && account_let_go(account))
        account_end(account);
}

int64_t
account_references(const struct account *account)
{
    int64_t references = __atomic_load_n(&account->references, __ATOMIC_RELAXED);
    for (uint32_t core = 0; core < account->cores; core++)
        references += __atomic_load_n(&account_budget_of(account, core)->references, __ATOMIC_RELAXED);
    return references;
}

/* All cores count in one place by now: what they have counted before is added there. */
static void
account_closed(struct account *account)
{
    int64_t counted = 0;
    for (uint32_t core = 0; core < account->cores; core++) {
        struct account_budget *budget = account_budget_of(account, core);
        counted += __atomic_load_n(&budget->references, __ATOMIC_RELAXED); /* ordered by the grace period */
        __atomic_store_n(&budget->references, 0, __ATOMIC_RELAXED);
    }
    if (__atomic_add_fetch(&account->references, counted - CLOSING, __ATOMIC_ACQ_REL) ==
        0) /* as account_let_go */
        account_end(account);
}

static void
account_leave_limbo(struct limbo_item *item)
{
    account_closed(CONTAINER_OF(item, struct account, limbo));
}

void
account_join(struct account *account)
{
    if (account != NULL)
        __atomic_add_fetch(&account->shares, 1, __ATOMIC_RELAXED);
}

void
account_leave(struct account *account)
{
    /* Acquire and release: as account_let_go. */
    if (account == NULL || __atomic_sub_fetch(&account->shares, 1, __ATOMIC_ACQ_REL) != 0)
        return;
    __atomic_add_fetch(&account->references, CLOSING, __ATOMIC_RELAXED);
    /* Release: who sees it closing counts on top of that (partner: account_counter). */
    __atomic_store_n(&account->closing, true, __ATOMIC_RELEASE);
    if (__atomic_load_n(&account->public, __ATOMIC_RELAXED))
        limbo_put(&account->limbo, account_leave_limbo);
    else
        account_closed(account);
}

void
account_publish(struct account *account)
{
    /* Relaxed: as an object's own flag. Written once, since all cores read the line; and its parent's before others can
     * bring about its end, which is one of that. */
    for (; account != NULL && !__atomic_load_n(&account->public, __ATOMIC_RELAXED); account = account->parent)
        __atomic_store_n(&account->public, true, __ATOMIC_RELAXED);
}

/* --- limbo ------------------------------------------------------------------------------------------------ */

void
account_limbo(struct account *account, int64_t bytes)
{
    if (account == NULL)
        return;
    uint32_t core = bytes > 0 ? core_index() : limbo_turning();
    uint64_t *count =
        core < account->cores ? &account_budget_of(account, core)->in_limbo : &account->in_limbo;
    /* Release: the refund of what has left comes before (partner: the acquire in account_in_limbo). */
    __atomic_add_fetch(count, (uint64_t)bytes, __ATOMIC_RELEASE);
}

/* What leaves is counted where it came: so whatever waits all the while that we look is seen. */
uint64_t
account_in_limbo(const struct account *account)
{
    uint64_t bytes = __atomic_load_n(&account->in_limbo, __ATOMIC_ACQUIRE);
    for (uint32_t core = 0; core < account->cores; core++)
        bytes += __atomic_load_n(&account_budget_of(account, core)->in_limbo, __ATOMIC_ACQUIRE);
    return bytes;
}

COMMAND(account, "the root account, in KiB: limit, spent, waiting in limbo, moved into other accounts")
{
    console_print("limit %lu, spent %lu, in limbo %lu, moved %lu\n", account_root->limit >> 10,
                  account_used(account_root) >> 10, account_in_limbo(account_root) >> 10,
                  __atomic_load_n(&account_root->moved, __ATOMIC_RELAXED) >> 10);
}
