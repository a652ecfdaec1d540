/* The k-th allocation of core_alloc, then of core_run fails, k rising until the call succeeds: an error each time,
 * all as it was before, and the same works afterwards. */
#include "child.h"
#include "devices.h"
#include "device_calls.h"

#define PAGE       4096ul
#define ABSENT     0x510000000000ul /* a page that is not there until a call reads in it */
#define CHILD_AREA 0x520000000000ul /* of the child's root: likewise */

static struct buffer request;
static uint64_t failures, books;

/* Lets this core's k-th allocation from now on fail; 0: none. What was to fail may be the request itself: then it
 * has. */
static void
fail_at(uint64_t k)
{
    request.header->argument[0] = 0;
    request.header->argument[1] = k;
    int64_t error = device_do(failures, &request, FAILURES_SET, 0);
    check(error == 0 || (k == 0 && error == E_NOMEM));
}

/* How many objects there are, on sound books. */
static uint64_t
objects_count(void)
{
    const struct books_audit *audit = buffer_data(&request);
    request.header->argument[0] = 0;
    check_equal(sizeof(*audit), device_do(books, &request, BOOKS_AUDIT, sizeof(*audit)));
    check_equal(0, audit->mismatches);
    return audit->objects;
}

/* What our account has spent. */
static uint64_t
used_take(void)
{
    struct share_status status;
    check_equal(sizeof(status), share_stat(OWN_SHARE, &status, sizeof(status)));
    return status.account_used - status.account_limbo;
}

/* A page that is not there until it is touched. */
static void
page_make(uint64_t root, uint64_t address)
{
    int64_t segment = segment_alloc(OWN_SHARE, "page", MEMORY_HERE);
    check(segment > 0);
    check_equal(0, segment_set_nbytes((uint64_t)segment, PAGE));
    check_equal(0, at_set_seg(root, address, (uint64_t)segment, 0, PAGE, PERM_R | PERM_W));
}

/* --- core_alloc -------------------------------------------------------------------------------------------------- */

/* Returns the k of the call that succeeded. `exact`: nothing was paid for; else pages and tables that the call's
 * arguments lie in stay. */
static uint64_t
alloc_fail_each(const char *name, bool exact)
{
    for (uint64_t k = 1;; k++) {
        uint64_t objects = objects_count(), used = used_take();
        fail_at(k);
        int64_t core = core_alloc(OWN_SHARE, name, MEMORY_HERE);
        fail_at(0);
        if (core > 0) {
            check_equal(0, share_delobj((uint64_t)core));
            return k;
        }
        check_equal(E_NOMEM, core);
        check_equal(objects, objects_count());
        if (exact)
            check_equal(used, used_take());
    }
}

static void
test_alloc(void)
{
    check(alloc_fail_each(0, true) > 1);
    page_make(boot_page->root, ABSENT);
    check(alloc_fail_each((const char *)ABSENT, false) >
          3); /* the object; the name's page, and a table that shows it */
}

/* --- core_run ---------------------------------------------------------------------------------------------------- */

static void
exit_body(uint64_t argument)
{
    core_exit((int64_t)argument);
}

static uint64_t
run_fail_each(struct child *child, const struct core_context *context, bool exact)
{
    for (uint64_t k = 1;; k++) {
        uint64_t objects = objects_count(), used = used_take(), run = child_status(child).run;
        fail_at(k);
        int64_t error = core_run(child->core, context);
        fail_at(0);
        if (error == 0) {
            struct core_status status = child_wait(child);
            check_equal(END_EXIT, status.reason);
            check_equal(29, status.status);
            return k;
        }
        check_equal(E_NOMEM, error);
        check_equal(CORE_FREE, child_status(child).condition);
        check_equal(run, child_status(child).run);
        check_equal(objects, objects_count());
        if (exact)
            check_equal(used, used_take());
    }
}

static void
test_run(void)
{
    struct child child;
    child_prepare(&child, 0, exit_body);
    child.context.argument[0] = 29;
    child.context.trap_area = CHILD_AREA;
    page_make(child.root, CHILD_AREA);
    check(run_fail_each(&child, &child.context, true) > 1); /* the area's page */
    child_release(&child);
}

/* The context lies in a page that is there, and that no table shows. */
static void
test_context(void)
{
    struct child child;
    struct buffer page;
    child_prepare(&child, 0, exit_body);
    child.context.argument[0] = 29;
    check_equal(0, buffer_make(PAGE, &page));
    *(struct core_context *)page.header = child.context;
    check_equal(0, at_set_seg(boot_page->root, ABSENT, page.segment, 0, PAGE, PERM_R));
    check(run_fail_each(&child, (const struct core_context *)ABSENT, false) > 1);
    child_release(&child);
}

int
main(int argc, char **argv)
{
    check_equal(2, argc);
    check_equal(0, buffer_make(PAGE, &request));
    failures = (uint64_t)device_open("failures");
    books = (uint64_t)device_open("books");
    check((int64_t)failures > 0 && (int64_t)books > 0);
    if (name_equal(argv[1], "alloc"))
        test_alloc();
    else if (name_equal(argv[1], "run"))
        test_run();
    else
        test_context();
    return 0;
}
