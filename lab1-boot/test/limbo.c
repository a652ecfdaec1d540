/* Tests of limbo's grace periods. The second core never runs: the test moves its `where` by hand. */
#include "core.h"
#include "limbo.h"
#include "test.h"

static unsigned freed;
static struct limbo_item items[600];

static void
count_freed(__attribute__((unused)) struct limbo_item *item)
{
    freed++;
}

static void
put_again(struct limbo_item *item)
{
    freed++;
    limbo_put(item + 1, count_freed);
}

static void
where_set(uint32_t index, enum core_state state)
{
    uint64_t *where = &CORE_AT(index, core_words)->where;
    __atomic_store_n(where, (*where & ~3ul) + WHERE_CROSSING + state, __ATOMIC_SEQ_CST);
}

/* Not before this core has crossed: the call that gave the item up may still look at it. */
TEST(limbo_own_core)
{
    test_cross(); /* what the start has left */
    limbo_put(&items[0], count_freed);
    check_equal(1, limbo_waiting());
    for (int i = 0; i < 5; i++)
        limbo_turn();
    check_equal(0, freed);
    core_enter();
    check_equal(1, limbo_turn());
    check_equal(1, freed);
    check_equal(0, limbo_waiting());
}

TEST(limbo_other_core_in_kernel)
{
    uint32_t other = test_add_core();
    where_set(other, CORE_KERNEL);
    limbo_put(&items[0], count_freed);
    test_cross();
    check_equal(0, freed); /* the other core may have found it before it was unlinked */
    limbo_put(&items[1], count_freed);
    where_set(other, CORE_RING3);
    test_cross();
    check_equal(2, freed);
}

/* In ring 3 and asleep a core holds nothing, and what it finds later is without the item. */
TEST(limbo_other_core_away)
{
    uint32_t other = test_add_core();
    where_set(other, CORE_RING3);
    limbo_put(&items[0], count_freed);
    limbo_turn(); /* notes that it is away */
    where_set(other, CORE_KERNEL);
    core_enter();
    check_equal(1, limbo_turn());

    where_set(other, CORE_ASLEEP);
    limbo_put(&items[0], count_freed);
    test_cross();
    check_equal(2, freed);
}

/* What is put while a grace period runs is not covered by it. */
TEST(limbo_later_items_wait)
{
    test_cross(); /* what the start has left */
    limbo_put(&items[0], count_freed);
    limbo_turn();
    limbo_put(&items[1], count_freed);
    core_enter();
    check_equal(1, limbo_turn());
    check_equal(1, limbo_waiting());
    core_enter();
    check_equal(1, limbo_turn());
}

TEST(limbo_release_puts)
{
    limbo_put(&items[0], put_again);
    test_cross();
    check_equal(2, freed);
    check_equal(0, limbo_waiting());
}

/* One turn is short, however much waits. */
TEST(limbo_batches)
{
    test_cross(); /* what the start has left */
    for (size_t i = 0; i < ARRAY_LENGTH(items); i++)
        limbo_put(&items[i], count_freed);
    limbo_turn();
    core_enter();
    check_equal(512, limbo_turn());
    check_equal(ARRAY_LENGTH(items) - 512, limbo_waiting());
    check_equal(ARRAY_LENGTH(items) - 512, limbo_turn());
    check_equal(ARRAY_LENGTH(items), freed);
}

/* A core that is out of memory takes from the others' limbo. */
TEST(limbo_all_cores)
{
    test_cross(); /* what the start has left */
    uint32_t other = test_add_core();
    where_set(other, CORE_RING3);
    test_as_core(other);
    limbo_put(&items[0], count_freed);
    test_as_core(0);
    check_equal(0, limbo_turn());
    limbo_turn_all();
    core_enter();
    check_equal(1, limbo_turn_all());
    check_equal(1, freed);
}

/* Leaves and enters the kernel until something is freed, 1000 times at the most; how often. */
static unsigned
exits_until_freed(void)
{
    unsigned exits = 0;
    for (unsigned before = freed; freed == before && exits < 1000; exits++) {
        core_leave();
        core_enter();
    }
    return exits;
}

/* An exit looks at another core only now and then; at once where many wait; and a core that is alone has nobody to look
 * at. */
TEST(limbo_exits)
{
    test_cross(); /* what the start has left */
    limbo_put(&items[0], count_freed);
    check(exits_until_freed() <= 2);

    where_set(test_add_core(), CORE_RING3);
    limbo_put(&items[0], count_freed);
    unsigned alone = exits_until_freed();
    check(alone >= 32 && alone <= 100);
    for (size_t i = 0; i < 300; i++)
        limbo_put(&items[i], count_freed);
    check(exits_until_freed() <= 2);
    check_equal(302, freed);
}
