/* Tests of where, orders, want and done: what one core does with them, and what it finds of another's. */
#include "core.h"

#include "test.h"

static PER_CORE uint64_t
    carried_out; /* each core has orders of its own, in every kernel that this is a part of */

ORDER_HANDLER(02, test, ORDER_TICK | ORDER_WAKE)
{
    *CORE_OWN(carried_out) = orders;
}

TEST(core_crossings)
{
    struct core *core = core_this();
    uint64_t before = core->where;
    check_equal(CORE_KERNEL, WHERE_STATE(before));
    core_leave();
    check_equal(CORE_RING3, WHERE_STATE(core->where));
    check_equal(before + WHERE_CROSSING + CORE_RING3, core->where);
    core_enter();
    check_equal(before + 2 * WHERE_CROSSING, core->where);
    check_equal(0, core_pass());
    check_equal(before + 3 * WHERE_CROSSING, core->where);
}

TEST(core_orders_on_the_way_out)
{
    core_order(core_index(), ORDER_TICK);
    check_equal(0, *CORE_OWN(carried_out));
    core_leave();
    core_enter();
    check_equal(ORDER_TICK, *CORE_OWN(carried_out));
    *CORE_OWN(carried_out) = 0;
    core_leave();
    core_enter();
    check_equal(0, *CORE_OWN(carried_out)); /* once is enough */
}

/* A halt is meant for one run; of two the later run's stands; any other run drops it. */
TEST(core_halt_names_a_run)
{
    struct core *core = core_this();
    core->run = 7;
    core_order(core->index, ORDER_HALT | 6ul << ORDER_RUN_SHIFT);
    check_equal(0, core_pass());
    core_order(core->index, ORDER_WAKE);
    core_order(core->index, ORDER_HALT | 8ul << ORDER_RUN_SHIFT);
    core_order(core->index, ORDER_HALT | 5ul << ORDER_RUN_SHIFT);
    check_equal(0, core_pass());
    core_leave();
    core_enter();
    check_equal(ORDER_WAKE, *CORE_OWN(carried_out));
    check_equal(0, core->orders);

    core_order(core->index, ORDER_HALT | 7ul << ORDER_RUN_SHIFT);
    check_equal(E_HALTED, core_pass());
}

TEST(core_flush_own)
{
    struct core *core = core_this();
    struct core_set set = {};
    uint64_t before = core->want;
    core_flush(&set);
    check_equal(before, core->done); /* it concerns nobody */
    core_set_add(&set, core->index);
    core_flush(&set);
    check_equal(before + 1, core->want);
    check_equal(before + 1, core->done);
    core->want = before + 5; /* as others would ask */
    core_leave();
    core_enter();
    check_equal(before + 5, core->done);
    core->want = before + 6;
    core_pass();
    check_equal(before + 6, core->done);
}

/* Nobody waits for a core that is in its kernel: it finds what it is to do. */
TEST(core_order_other)
{
    uint32_t other = test_add_core();
    struct core *core = CORE_AT(other, core_words);
    core_order(other, ORDER_TICK);
    check_equal(ORDER_TICK, core->orders);
    core_order(other, ORDER_WAKE);
    check_equal(ORDER_TICK | ORDER_WAKE, core->orders);
}

TEST(core_sets)
{
    struct core_set set = {};
    check_equal(CORE_MAX, core_set_next(&set, 0));
    core_set_add(&set, 3);
    core_set_add(&set, 64);
    core_set_add(&set, CORE_MAX - 1);
    check_equal(3, core_set_next(&set, 0));
    check_equal(64, core_set_next(&set, 4));
    check_equal(CORE_MAX - 1, core_set_next(&set, 65));
    check_equal(CORE_MAX, core_set_next(&set, CORE_MAX));
    check(core_set_has(&set, 64) && !core_set_has(&set, 65));
}

/* An order that stands keeps the core awake: else the wake-up between looking and sleeping would be lost. */
TEST(core_rest_with_order)
{
    core_order(core_index(), ORDER_WAKE);
    uint64_t before = core_this()->where;
    core_rest();
    check_equal(before + 2 * WHERE_CROSSING, core_this()->where);
    check_equal(ORDER_WAKE, core_this()->orders);
}
