/* Tests of 5.1: who is up, under which index, and with what of its own. */
#include "core_start.h"

#include "apic.h"
#include "core.h"
#include "core_test.h"
#include "cores.h"
#include "machine.h"
#include "result.h"
#include "string.h"
#include "test.h"
#include "trap.h"

/* How many cores the test's machine has: what the command line asks for. */
static uint32_t
cores_asked(void)
{
    char word[8];
    uint32_t count = 0;
    check(command_value("cores", word, sizeof word) != NULL);
    for (const char *digit = word; *digit != '\0'; digit++)
        count = count * 10 + (uint32_t)(*digit - '0');
    return count;
}

static uint64_t came[CORE_MAX];

static void
come(uint32_t index, void *argument)
{
    check_equal(core_this()->index, index);
    __atomic_add_fetch(&((uint64_t *)argument)[index], 1, __ATOMIC_RELAXED); /* test_on_all orders it */
}

/* All are up, under the indices 0 to N - 1, and do what they are told. */
TEST(core_start_all)
{
    check_equal(cores_asked(), core_count);
    test_on_all(come, came);
    for (uint32_t i = 0; i < core_count; i++)
        check_equal(1, came[i]);
}
