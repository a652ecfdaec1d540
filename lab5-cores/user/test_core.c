/* The core that a program runs on. `first` ends with status 7; `second` finds a core object of its own. */
#include "calls.h"
#include "check.h"
#include "core_calls.h"
#include "error.h"
#include "start.h"

#define OWN_SHARE HANDLE(1, 0)

static struct core_status status;

static void
check_handles(void)
{
    int64_t core = core_current();
    check_equal(boot_page->core, core);
    check_equal(sizeof(status), core_stat(core, &status, sizeof(status)));
    check_equal(handle_id(core), status.id);
    check(status.index < boot_page->cores);
    check_equal(CORE_RUNNING, status.condition);
    check(status.run > 0);

    check_equal(8, core_stat(core, &status, 8));
    check_equal(0, core_stat(core, 0, 0));
    check_equal(E_FAULT, core_stat(core, (void *)0x1000, sizeof(status)));
    check_equal(E_TYPE, core_stat(OWN_SHARE, &status, sizeof(status)));
    check_equal(E_INVAL, core_stat(handle_id(core), &status, sizeof(status)));
    check_equal(E_NOENT, core_stat(HANDLE(2, handle_id(core)), &status, sizeof(status)));
}

/* Through another share, with fewer rights; then through none. */
static void
check_rights(void)
{
    int64_t core = core_current();
    struct call_result share = share_alloc_pair(OWN_SHARE, "fewer", MEMORY_HERE, 0);
    check(share.value > 0);
    uint64_t fewer = HANDLE(share.second, handle_id(core));
    check_equal(0, share_addobj(HANDLE(share.second, 0), core, RIGHT_W));
    check_equal(E_PERM, core_stat(fewer, &status, sizeof(status)));
    check_equal(0, share_delobj(core));
    check_equal(fewer, core_current());
    check_equal(0, share_delobj(fewer));
    check_equal(E_NOENT, core_current());
}

int
main(int argc, char **argv)
{
    check_equal(2, argc);
    check_handles();
    if (argv[1][0] == 'f')
        return 7;
    check_equal(0, status.reason); /* that of the program before has gone with it */
    check_rights();
    return 0;
}
