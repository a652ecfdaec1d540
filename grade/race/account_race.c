/* Four cores charge and refund at the limit of one account: exercise 3.5. Each has a quarter of the limit in use at the
 * most, so the account never lacks anything, and no charge may fail: not even while another core moves what is unspent
 * from the total to its budget, or back. */
#include "host.h"

#include <stdio.h>

#include "account.h"
#include "startup.h"

#define CORES  4
#define EACH   40 /* pages: no multiple of a batch, so that budgets run out */
#define ROUNDS 50000

static struct account *account;
static uint64_t charges;

static void
body(uint32_t index)
{
    (void)index;
    unsigned have = 0;
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (have < EACH && host_random() % 2) {
            if (account_charge(account, PAGE_SIZE) != 0)
                host_fail("a charge failed, though a core's part was unspent");
            have++;
            __atomic_add_fetch(&charges, 1, __ATOMIC_RELAXED);
        } else if (have > 0) {
            account_refund(account, PAGE_SIZE);
            have--;
        }
    }
    for (; have > 0; have--)
        account_refund(account, PAGE_SIZE);
}

STARTUP(90, account)
{
    if (account_create(account_root, CORES * EACH * PAGE_SIZE, 0, &account) != 0)
        host_fail("no account");
}

int
main(void)
{
    host_run(CORES, body);
    if (account_used(account) != 0)
        host_fail("not everything has come back");
    if (account_charge(account, CORES * EACH * PAGE_SIZE) != 0)
        host_fail("the limit has shrunk");
    if (account_charge(account, 1) != E_NOMEM)
        host_fail("the limit has grown");
    account_refund(account, CORES * EACH * PAGE_SIZE);
    account_leave(account);
    printf("%lu charges\n", charges);
    return charges > ROUNDS ? 0 : 1;
}
