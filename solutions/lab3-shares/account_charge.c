/* Exercise 3.5: charging an account, and giving back. Contract and helpers: account.h. */
#include "account.h"

#include "hole.h"

int
account_charge(struct account *account, uint64_t bytes)
{
    /* BEGIN 3.5 */
    if (account == NULL || account_spend_budget(account, bytes))
        return 0;
    do {
        if (account_fill_budget(account, bytes))
            continue; /* while there is room, no other core's budget is looked at */
        /* Asked before the last look: what leaves limbo after the question is found by the look, or the answer is
         * E_AGAIN. */
        bool waiting = account_in_limbo(account) > 0;
        if (!account_fill_budget(account, bytes) && !account_collect(account, bytes))
            return waiting ? E_AGAIN : E_NOMEM;
    } while (!account_spend_budget(account, bytes));
    return 0;
    /* END 3.5 */
}

void
account_refund(struct account *account, uint64_t bytes)
{
    /* BEGIN 3.5 */
    if (account != NULL)
        account_unspend(account, bytes);
    /* END 3.5 */
}
