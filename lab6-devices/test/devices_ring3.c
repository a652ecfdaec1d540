/* Devices as programs see them: user/test_devices.c; and what programs show by means of devices. */
#include "../../lab5-cores/test/cores_check.h"
#include "audit.h"
#include "core_test.h"
#include "devices_quiet.h"
#include "program.h"
#include "test.h"

/* The program ends by itself with status 0, and once the devices are quiet nothing of it is left. */
static void
program_leaves_nothing(const char *command)
{
    struct program_end end;
    struct books_audit audit;
    uint64_t pages = page_free_count();
    check_equal(0, program_run(command, &end));
    check_equal(END_EXIT, end.reason);
    check_equal(0, end.status);
    devices_wait_quiet();
    for (size_t i = 0; port_at(i) != NULL; i++)
        check_equal(DEVICE_FREE, port_at(i)->condition);
    test_settle();
    check_equal(0, audit_run(&audit));
    check_no_leak(pages, page_free_count());
}

TEST(device_programs)
{
    program_leaves_nothing("test_devices list");
    program_leaves_nothing("test_devices console");
    program_leaves_nothing("test_devices clock");
    program_leaves_nothing("test_devices leave"); /* ends with a transfer under way */
    program_leaves_nothing("test_devices clock");
    program_leaves_nothing("test_devices rights");
}

TEST(device_failures)
{
    program_leaves_nothing("test_devices failures");
}

TEST(books_records)
{
    program_leaves_nothing("test_devices books");
}

TEST(books_of_shared_pages)
{
    program_leaves_nothing("test_sharing");
}

/* The k-th allocation of a call is made to fail: user/test_core_failures.c. */
TEST(core_failures)
{
    cores_check("test_core_failures alloc", 0);
    cores_check("test_core_failures run", 0);
    cores_check("test_core_failures context", 0);
}
