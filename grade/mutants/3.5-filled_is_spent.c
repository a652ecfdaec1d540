/* exercise: 3.5
 * believed: what has just been put into this core's budget is there when it is spent
 * killed by: account_cores_limit */
/* account_charge.c body 1 */
    if (account == NULL || account_spend_budget(account, bytes))
        return 0;
    bool waiting = account_in_limbo(account) > 0;
    while (!account_fill_budget(account, bytes))
        if (!account_collect(account, bytes))
            return waiting ? E_AGAIN : E_NOMEM;
    account_spend_budget(account, bytes);
    return 0;
