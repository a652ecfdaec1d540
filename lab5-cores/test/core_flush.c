/* Tests of 5.4. The cores that never run are the test's own, their words set by hand; where a core has to answer while
 * this one waits, one of the machine's plays it: with `where` at ring 3, in its kernel all the while, interrupts
 * off. */
#include "core_flush.h"

#include "core_test.h"
#include "machine.h"
#include "panic.h"
#include "test.h"
#include "timer.h"

#define ABSENT                                                                                               \
    200 /* an APIC id that no core of the test's machine has: whoever is interrupted there does not mind */

static struct core *
core_added(enum core_state state)
{
    uint32_t index = test_add_core();
    struct core *core = CORE_AT(index, core_words);
    core->apic_id = ABSENT;
    core->where = 7 * WHERE_CROSSING + state;
    core->want = core->done = 5;
    return core;
}

static struct core_set
set_of(uint32_t first, uint32_t end)
{
    struct core_set set = {};
    for (uint32_t i = first; i < end; i++)
        core_set_add(&set, i);
    return set;
}

static void
check_counts(uint64_t asked, uint64_t interrupted)
{
    check_equal(asked, CORE_OWN(core_counts)->asked);
    check_equal(interrupted, CORE_OWN(core_counts)->interrupted);
}

/* In its kernel and asleep a core is asked, and neither interrupted nor waited for. */
TEST(core_flush_kernel_and_asleep)
{
    const struct core *kernel = core_added(CORE_KERNEL), *asleep = core_added(CORE_ASLEEP);
    struct core_set set = set_of(kernel->index, asleep->index + 1);
    core_flush(&set);
    check_equal(6, kernel->want);
    check_equal(6, asleep->want);
    check_equal(5, kernel->done);
    check_counts(2, 0);
}

/* Nobody is asked whom the change does not concern. */
TEST(core_flush_only_the_set)
{
    const struct core *left = core_added(CORE_RING3), *asked = core_added(CORE_KERNEL);
    const struct core *right = core_added(CORE_RING3);
    struct core_set set = set_of(asked->index, asked->index + 1);
    core_flush(&set);
    check_equal(6, asked->want);
    check_equal(5, left->want);
    check_equal(5, right->want);
    check_counts(1, 0);
}

/* This core flushes at once, and asks itself nothing. */
TEST(core_flush_self)
{
    const struct core *core = core_this();
    struct core_set set = set_of(core->index, core->index + 1);
    uint64_t before = core->done;
    core_flush(&set);
    check_equal(before + 1, core->want);
    check_equal(before + 1, core->done);
    check_counts(0, 0);
}

/* A core in ring 3 that has made this flush already is left alone. */
TEST(core_flush_made_already)
{
    struct core *core = core_added(CORE_RING3);
    core->done = 6; /* as if it had read the raise that is to come */
    struct core_set set = set_of(core->index, core->index + 1);
    core_flush(&set);
    check_equal(6, core->want);
    check_counts(1, 0);
}

/* --- with cores that answer ----------------------------------------------------------------------------------- */

static uint64_t in_ring3; /* cores that seem to be there */
static uint64_t returned; /* core_flush calls that did */
static bool by_flush;     /* the answer is a flush, else a crossing */

/* Waits, a second at most, until core `index` has been asked; crosses nothing. */
static void
wait_until_asked(uint32_t index, uint64_t before)
{
    uint64_t start = clock_ticks();
    while (__atomic_load_n(&CORE_AT(index, core_words)->want, __ATOMIC_ACQUIRE) == before) {
        check(clock_ticks() - start < clock_frequency);
        cpu_pause();
    }
}

static void
answer_late(uint32_t index)
{
    uint64_t before = core_this()->want, start;
    core_leave();
    __atomic_add_fetch(&in_ring3, 1, __ATOMIC_RELEASE); /* partner: flush_others */
    for (uint32_t i = 1; i < core_count; i++)           /* F3: the others are asked, whatever this one does */
        wait_until_asked(i, before);
    for (start = clock_ticks(); clock_ticks() - start < clock_frequency / 100 * index;)
        check_equal(0, __atomic_load_n(&returned, __ATOMIC_ACQUIRE)); /* F4 */
    if (by_flush)
        core_flush_own();
    else
        core_enter();
    test_wait_for(&returned, 1);
    core_enter();
}

static void
flush_others(uint32_t index, __attribute__((unused)) void *argument)
{
    if (index != 0) {
        answer_late(index);
        return;
    }
    test_wait_for(&in_ring3, core_count - 1);
    struct core_set set = set_of(1, core_count);
    core_flush(&set);
    __atomic_store_n(&returned, 1, __ATOMIC_RELEASE); /* partner: answer_late */
}

static void
check_waits(bool flush)
{
    check(core_count > 2);
    by_flush = flush;
    test_on_all(flush_others, NULL);
    check_equal(core_count - 1, CORE_OWN(core_counts)->asked);
    check(CORE_OWN(core_counts)->interrupted >=
          core_count - 1); /* the work that was handed out woke some, too */
}

/* All are asked before any is waited for, and each is waited for until it has left ring 3 ... */
TEST(core_flush_waits_for_crossing)
{
    check_waits(false);
}

/* ... or has made the flush. */
TEST(core_flush_waits_for_flush)
{
    check_waits(true);
}

#define ROUNDS 2000

static void
flush_all(__attribute__((unused)) uint32_t index, __attribute__((unused)) void *argument)
{
    struct core_set set = set_of(0, core_count);
    for (unsigned i = 0; i < ROUNDS; i++)
        core_flush(&set);
    core_flush_own();
}

/* Cores that flush each other from their kernels do not wait for each other. */
TEST(core_flush_each_other)
{
    uint64_t before[CORE_MAX];
    check(core_count > 1);
    for (uint32_t i = 0; i < core_count; i++)
        before[i] = CORE_AT(i, core_words)->want;
    test_on_all(flush_all, NULL);
    for (uint32_t i = 0; i < core_count; i++) {
        check_equal(before[i] + (uint64_t)core_count * ROUNDS, CORE_AT(i, core_words)->want);
        check_equal((uint64_t)(core_count - 1) * ROUNDS, CORE_AT(i, core_counts)->asked);
    }
}
