/* test_start_fails cfork | launch: the k-th allocation within cfork, or program_launch, fails, for each k until it
 * works. Each time it says so, and nothing is left behind; test/cfork.c and test/shell.c run it. Only in debug
 * kernels, which fail on demand. */
#include <errno.h>

#include "devices.h"
#include "error_number.h"
#include "fork_test.h"
#include "program_launch.h"

#define STATUS   7
#define SETTLING 64 /* starts after which the table has its size */

static int64_t failures;
static struct buffer request;

/* What this program has made and is charged for. */
struct have {
    uint64_t entries, used;
};

static struct have
have_now(void)
{
    struct share_status status;
    do
        check_equal(sizeof(status), share_stat(OWN_SHARE, &status, sizeof(status)));
    while (status.account_limbo > 0);
    return (struct have){status.entries, status.account_used};
}

/* --- a touch that finds no page is tried again ------------------------------------------------------------------ */

/* Behind a copy on write, a write of this program's own may need the page that is not to be had. That is no failure of
 * the start: it is counted, and as only one allocation fails, the next try works. */
static unsigned touches;

static struct trap_area area __attribute__((aligned(PAGE)));
static char stack[2 * PAGE] __attribute__((aligned(PAGE)));

static void
trap_handle(struct trap_area *trap)
{
    touches++;
    if (trap->cause != TRAP_NO_PAGE)
        core_set_trap(NULL, NULL, NULL); /* the same again is the end */
    trap_return(&trap->frame);
}

/* The segment of area and stack is pinned, so it is copied at once: no write there needs a page. */
static void
trap_begin(void)
{
    for (size_t offset = 0; offset < sizeof(stack); offset += PAGE)
        ((volatile char *)stack)[offset] = 0;
    check_equal(0, core_set_trap(&area, trap_handle, stack + sizeof(stack) - sizeof(void *)));
}

/* --- the test --------------------------------------------------------------------------------------------------- */

/* Lets this core's k-th allocation from now on fail; 0: none. What was to fail may be the request itself: then it
 * has. */
static void
fail_at(uint64_t k)
{
    request.header->argument[0] = 0; /* a first program runs on core 0 */
    request.header->argument[1] = k;
    int64_t error = device_do(failures, &request, FAILURES_SET, 0);
    check(error == 0 || (k == 0 && error == E_NOMEM));
}

/* Starts a child that ends with STATUS: its core's handle, 0, or -ENOMEM. */
static int64_t (*start)(void);

static int64_t
start_copy(void)
{
    int64_t core = cfork(NULL, 0);
    if (core == 0)
        exit(STATUS);
    return core;
}

static int64_t
start_program(void)
{
    int64_t core = program_launch("test_libc exit 7", true);
    return core < 0 ? -error_number(core) : core;
}

/* The same with a failure; the child is over when this returns. */
static int64_t
start_once(uint64_t k)
{
    int status;
    fail_at(k);
    int64_t core = start();
    fail_at(0);
    if (core > 0) {
        check_equal(0, cfork_wait(core, &status));
        check(WIFEXITED(status));
        check_equal(STATUS, WEXITSTATUS(status));
    }
    return core;
}

int
main(int argc, char **argv)
{
    start = argc > 1 && argv[1][0] == 'l' ? start_program : start_copy;
    failures = device_open("failures");
    check(failures > 0);
    check_equal(0, buffer_make(PAGE, &request));
    trap_begin();
    share_settle();
    for (int times = 0; times < SETTLING; times++)
        check(start_once(0) > 0); /* from now on all that this program touches is there */
    struct have before = have_now();
    uint64_t failed = 0;
    for (uint64_t k = 1;; k++) {
        touches = 0;
        int64_t core = start_once(k);
        check(core > 0 || core == -ENOMEM);
        failed += core < 0;
        struct have after = have_now();
        check_equal(before.entries, after.entries);
        check_equal(before.used, after.used);
        if (core > 0 && touches == 0)
            break;
    }
    check(failed > 20);
    return 0;
}
