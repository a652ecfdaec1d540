/* exercise: 3.5
 * believed: what a sub-account gives back, its parent has again
 * killed by: audit_after_work */
/* account_charge.c body 2 */
for (; account != NULL; account = account->parent)
    account_unspend(account, bytes);
