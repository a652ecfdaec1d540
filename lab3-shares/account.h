/* Accounts: who pays for memory. Exercise 3.5 is in share_charge.c.
 *
 * A1  limit = unspent + spent + moved: what is unspent lies in the total and in the budgets of the cores; what was moved
 *     is the limit of a sub-account, and comes back at its end.
 * A2  A charge returns to the account that paid, whoever frees the thing and through whatever share.
 * A3  A charge returns when the thing leaves limbo, not when it is freed: else a loop of frees would eat the machine.
 * A4  Private work writes no shared line: a core spends from its own budget, which it fills from the total in batches.
 *     The limit stays exact: before E_NOMEM the budgets of all cores are taken back by compare-and-swap.
 * Unit: bytes. */
#ifndef COREY_ACCOUNT_H
#define COREY_ACCOUNT_H

#include "object.h"
#include "page.h"

#define ACCOUNT_BATCH (64 * PAGE_SIZE) /* what a budget takes from the total at once */

struct account_budget { /* one core's, on its own line */
    _Alignas(CACHE_LINE) uint64_t unspent;
};

#define BUDGETS_PER_PAGE (PAGE_SIZE / sizeof(struct account_budget))

struct account {
    struct account *parent; /* whom the limit returns to; null: the root account */
    uint64_t limit;         /* constant */
    uint64_t references;    /* objects charged here, their shares, things in limbo; atomic */
    uint64_t total;         /* unspent and in no budget; atomic */
    uint64_t in_limbo;      /* charged for things that wait in limbo; atomic */
    uint64_t moved;         /* limits of sub-accounts; atomic */
    uint64_t overhead;      /* bytes that the account's own blocks cost, charged to the parent */
    struct limbo_item limbo;
    struct account_budget *budget[]; /* BUDGETS_PER_PAGE a block, core_count in all */
};

/* The account that owns all memory; its limit is set at start-up. */
extern struct account *account_root;

/* A sub-account whose limit of `bytes` is moved out of `parent`; one reference, the caller's.
 * E_NOMEM, E_AGAIN: the parent has not that much. */
int account_create(struct account *parent, uint64_t bytes, uint32_t home, struct account **out);

/* Spent by all cores, limbo included; exact when no core charges meanwhile. */
uint64_t account_used(const struct account *account);

/* --- exercise 3.5 --------------------------------------------------------------------------------------------- */

/* account_charge and account_refund (object.h, page.h) as promised there, over the helpers below. */

/* --- given ------------------------------------------------------------------------------------------------------ */

/* Takes `bytes` from this core's budget: true when it had them. One compare-and-swap on this core's own line. */
bool account_spend_budget(struct account *account, uint64_t bytes);

/* Moves at least `bytes` (a batch where there is that much) from the total into this core's budget; true when it could. */
bool account_fill_budget(struct account *account, uint64_t bytes);

/* Takes the budgets of all cores back into the total; true when there was anything to take. */
bool account_collect(struct account *account);

/* Puts `bytes` back into this core's budget, or, when that holds two batches, into the total. */
void account_unspend(struct account *account, uint64_t bytes);

/* A thing charged here goes into, or has left, limbo: for E_AGAIN. Null account: nothing. */
void account_limbo(struct account *account, int64_t bytes);

#endif
