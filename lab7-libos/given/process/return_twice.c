/* cfork around exercise 7.1: returning twice, and waiting for the child (cfork.h).
 *
 * The parent saves where it stands, as setjmp does; the child, which begins below on a copy of the same stack, makes
 * the library's state its own and then goes back to there. */
#include "cfork.h"

#include <errno.h>
#include <setjmp.h>

#include "calls.h"
#include "core_calls.h"
#include "ended.h"
#include "error.h"
#include "error_number.h"
#include "start.h"
#include "team.h"

static jmp_buf *point; /* in the child: where the parent stood */

/* --- in the child --------------------------------------------------------------------------------------------- */

static void
child_return(void)
{
    longjmp(*point, 1);
}

__attribute__((noreturn)) static void
child_begin(uint64_t root, uint64_t core, jmp_buf *stands)
{
    point = stands;
    copy_enter(root, core, 1);
    team_leave();
    copy_begin(child_return);
    __builtin_unreachable();
}

/* --- in the parent -------------------------------------------------------------------------------------------- */

int64_t
cfork(const struct cfork_share *shares, size_t count)
{
    jmp_buf stands;
    if (count > CORE_SHARES_MOST - 1)
        return -EINVAL;
    copy_before();
    if (setjmp(stands) != 0)
        return 0;
    struct core_context context = {
        .entry = (uint64_t)child_begin,
        .stack = COPY_STACK,
        .argument = {0, 0, (uint64_t)&stands},
        .shares = count + 1,
    };
    for (size_t i = 0; i < count; i++) {
        context.share[i + 1].share = shares[i].share;
        context.share[i + 1].rights = shares[i].rights;
    }
    int64_t core = cfork_start(&context);
    return core == E_BUSY ? -EAGAIN : core < 0 ? -error_number(core) : core;
}

int
cfork_wait(int64_t core, int *status)
{
    struct core_status ended;
    if (core <= 0 || (uint64_t)core == boot_page->core || core_wait((uint64_t)core, &ended) < 0 ||
        ended.condition != CORE_HALTED)
        return -ECHILD;
    share_delobj((uint64_t)core);
    if (status)
        *status = ended_status(&ended);
    return 0;
}
