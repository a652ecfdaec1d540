/* The fuzzer (user/fuzz.c), run after run: no program may leave anything behind. How many calls, and from which seed,
 * say `calls=` and `seed=` on the command line; without them a few. On all cores that there are. */
#include "../../lab5-cores/test/cores_check.h"
#include "audit.h"
#include "console.h"
#include "devices_quiet.h"
#include "page.h"
#include "program.h"
#include "result.h"
#include "slab.h"

#define CALLS_ALONE 5000  /* a run */
#define CALLS_TEAM  20000 /* a run on several cores: in each of them others are started and halted */

static uint64_t
number_of(const char *key, uint64_t otherwise)
{
    char digits[24];
    if (command_value(key, digits, sizeof(digits)) == NULL)
        return otherwise;
    uint64_t number = 0;
    for (const char *digit = digits; *digit >= '0' && *digit <= '9'; digit++)
        number = number * 10 + (uint64_t)(*digit - '0');
    return number;
}

static void
fuzz_run(uint64_t seed, uint64_t calls)
{
    struct program_end end;
    char command[64];
    format_text(command, sizeof(command), "fuzz %lu %lu", seed, calls);
    check_equal(0, program_run(command, &end));
    if (end.reason != END_EXIT)
        console_print("%s: vector %ld, error %lx, address %lx, rip %lx\n", command, end.status, end.error,
                      end.address, end.rip);
    check_equal(END_EXIT, end.reason);
    check_equal(0, end.status);
}

TEST(fuzz)
{
    uint64_t most = core_count > 1 ? CALLS_TEAM : CALLS_ALONE;
    uint64_t seed = number_of("seed", 1), calls = number_of("calls", most);
    struct books_audit audit;
    check_equal(0, audit_run(&audit));
    uint64_t pages = page_free_count(), blocks = slab_blocks_used();
    for (uint64_t i = 0; i * most < calls; i++) {
        fuzz_run(seed * 1000 + i, minimum(most, calls - i * most));
        devices_wait_quiet();
        test_settle();
        check_equal(0, audit_run(&audit));
        check_no_leak(pages, page_free_count());
        check_no_leak(blocks, slab_blocks_used());
    }
}
