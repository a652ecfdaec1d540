/* Core objects: who has claimed which processor, seen from the kernel. */
#include "core_object.h"

#include "../../lab3-shares/test/share_test.h"
#include "calls5.h"
#include "program.h"
#include "test.h"

TEST(core_object_claims)
{
    struct core_object *core, *second;
    uint32_t own = core_index();
    check(core_claimer(own) == NULL); /* the kernel itself runs without one */
    check_equal(0, core_claim(own, NULL, "test", &core));
    check_equal(own, core->index);
    check_equal(CORE_FREE, core->condition);
    check_equal(core, core_claimer(own));
    check_equal(E_BUSY, core_claim(own, NULL, "test", &second));
    object_drop(&core->object);
    check_equal(E_AGAIN, core_claim(own, NULL, "test", &second)); /* it waits in limbo */
    test_cross();
    check_equal(0, core_claim(own, NULL, "test", &core));
    object_drop(&core->object);
    test_cross();
    check(core_claimer(own) == NULL);
}

/* This core has given out its last id: no object, and the processor stays free. */
TEST(core_object_no_id)
{
    struct share_books before = share_books_take();
    share_make_in(1, NULL, 0);
    object_set_next_id(1ul << ID_COUNTER_BITS);
    check_equal(E_NOSPC, call(core_alloc, HANDLE(1, 0), 0, MEMORY_HERE));
    check(core_claimer(core_index()) == NULL);
    share_set_clear();
    check_share_books(before);
}

TEST(core_object_ring3)
{
    struct program_end end;
    uint64_t run = core_this()->run;
    check_equal(0, program_run("test_core first", &end));
    check_equal(END_EXIT, end.reason);
    check_equal(7, end.status);
    check_equal(0, program_run("test_core second", &end));
    check_equal(END_EXIT, end.reason);
    check_equal(0, end.status);
    check_equal(run + 2, core_this()->run);
    check(core_running(core_index()) == NULL);
}
