/* Accounts: who pays for memory. Exercise 3.5 is in account_charge.c.
 *
 * A1  limit = unspent + spent + moved: what is unspent lies in the total and in the budgets of the cores; what was
 *     moved is the limit of a sub-account, and comes back at its end.
 * A2  A charge returns to the account that paid, whoever frees the thing and through whatever share.
 * A3  A charge returns when the thing leaves limbo, not when it is freed: else a loop of frees would eat the machine.
 * A4  Private work writes no shared line: a core spends from its own budget, and what it gives back goes there, too. It
 *     fills the budget with a part of what the total has, so large that it seldom comes back, and so small that the
 *     other cores find as much: to spend nearly all of an account takes a few fills, and not more of them the larger
 *     it is. The limit stays exact: before E_NOMEM the budgets of all cores are taken back by compare-and-swap.
 * A5  It ends with its last reference. As long as shares charge here, each core counts those that it takes and gives up
 *     by itself, and nobody adds them up. When the last share has gone the account is `closing`: from then on all count
 *     in one place, and once every core has seen that (a grace period), the counts of the cores are added there.
 * Unit: bytes. */
#ifndef COREY_ACCOUNT_H
#define COREY_ACCOUNT_H

#include "core.h"
#include "object.h"
#include "page.h"

#define ACCOUNT_BATCH (64 * PAGE_SIZE) /* what a budget takes from the total at once, at least */

struct account_budget { /* one core's, on its own line */
    _Alignas(CACHE_LINE) uint64_t unspent;
    uint64_t in_limbo; /* charged for things that wait in this core's limbo; atomic */
    int64_t
        references; /* that this core has taken, less those that it has given up; written by this core alone */
};

#define BUDGETS_PER_BLOCK (PAGE_SIZE / sizeof(struct account_budget))

struct account {
    struct account *parent; /* whom the limit returns to; null: the root account */
    uint64_t limit;         /* constant, as is all up to `cores` */
    uint64_t overhead;      /* bytes that the account's own blocks cost, charged to the parent */
    uint32_t cores;         /* cores that have a budget; one that came up later has its part below */
    uint8_t public;         /* more than one core may know things that are charged here; atomic */
    uint8_t closing;        /* A5; atomic */

    _Alignas(CACHE_LINE) uint64_t total; /* unspent and in no budget; atomic */
    uint64_t moves_begun;                /* between total and budgets, for a moment in neither; atomic */
    uint64_t moves_made;                 /* of these; atomic */
    uint64_t moved;                      /* limits of sub-accounts, and what these cost; atomic */
    uint64_t shares;                     /* that charge here, and whoever made it; atomic */
    int64_t references;                  /* that are in no budget; atomic */
    uint64_t in_limbo;                   /* in no budget; atomic */
    struct limbo_item limbo;             /* while it is closing */
    struct {
        struct account *next;
        uint64_t references, bytes, moved;
    } counted;                       /* scratch of whoever recounts all accounts (lab 6) */
    struct account_budget *budget[]; /* BUDGETS_PER_BLOCK a block, the last one shorter; atomic */
};

static inline struct account_budget *
account_budget_of(const struct account *account, uint32_t core)
{
    return &account->budget[core / BUDGETS_PER_BLOCK][core % BUDGETS_PER_BLOCK];
}

/* What this core has of the account; null: it came up later. */
static inline struct account_budget *
account_own(const struct account *account)
{
    uint32_t core = core_index();
    return core < account->cores ? account_budget_of(account, core) : NULL;
}

/* Where this core spends from. */
static inline uint64_t *
account_purse(struct account *account)
{
    struct account_budget *own = account_own(account);
    return own != NULL ? &own->unspent : &account->total;
}

/* Takes `least` from *count, or, where it has more, up to `most`; returns what it took: 0 when it has less than
 * `least`. */
static inline uint64_t
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

/* The account that owns all memory; its limit is set at start-up. */
extern struct account *account_root;

/* A sub-account whose limit of `bytes` is moved out of `parent`, as if one share charged there: the caller.
 * E_NOMEM, E_AGAIN: the parent has not that much, or there is no memory for it. */
int account_create(struct account *parent, uint64_t bytes, uint32_t home, struct account **out);

/* One share more, or less, charges there. Null: nothing. */
void account_join(struct account *account);
void account_leave(struct account *account);

/* References of things charged, in limbo, and of sub-accounts; exact when no core takes or gives up one meanwhile, and
 * nothing waits in limbo. */
int64_t account_references(const struct account *account);

/* Spent by all cores, limbo included; exact when no core charges meanwhile. */
uint64_t account_used(const struct account *account);

/* --- exercise 3.5: account_charge (object.h) and account_refund (page.h), over the helpers below -------------
 *
 * account_charge: this core's budget pays. When it has too little, it is filled from the total; when that has too
 * little as well, the budgets of all cores are collected first. When all that the account owns is too little,
 * nothing has changed, and the error says whether to come back: E_AGAIN while things charged here waited in limbo
 * before the last look, else E_NOMEM. account_refund: the bytes go back to the account that paid (A2), where this
 * core can spend them at once. Either does nothing for a null account. */

/* --- given ------------------------------------------------------------------------------------------------ */

/* Takes `bytes` from this core's budget: true when it had them. One compare-and-swap on this core's own line. */
static inline bool
account_spend_budget(struct account *account, uint64_t bytes)
{
    return count_take(account_purse(account), bytes, bytes) == bytes;
}

/* Moves at least `bytes` (where there is more, a batch or this core's part of the total) from the total into this
 * core's budget; true when it could. */
bool account_fill_budget(struct account *account, uint64_t bytes);

/* Takes the budgets of all cores back into the total. True when it is worth another look: there was something to take,
 * the total has `bytes`, or another core was moving something meanwhile. False: at one moment all that was unspent was
 * less than `bytes`. */
bool account_collect(struct account *account, uint64_t bytes);

/* Puts `bytes` back into this core's budget. */
void account_unspend(struct account *account, uint64_t bytes);

/* Bytes charged here for things that wait in limbo. Acquire: what has left limbo before is back in the account
 * (partner: the release in account_limbo). */
uint64_t account_in_limbo(const struct account *account);

#endif
