/* Core objects. */
#include "core_object.h"

#include "program.h"
#include "test.h"

TEST(core_object_kernel)
{
    for (uint32_t i = 0; i < core_count; i++) {
        struct core_object *core = core_object_of(i);
        check_equal(OBJECT_CORE, core->object.type);
        check_equal(i, core->index);
        check_equal(1, core->object.references);
    }
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
    check_equal(1, core_object_of(core_index())->object.references);
}
