/* Running ring 3 on this core, and coming back. */
#include "program.h"

#include "calls4.h"
#include "console.h"
#include "context.h"
#include "core.h"
#include "machine.h"
#include "panic.h"
#include "result.h"
#include "user_trap.h"

struct program {
    struct context back; /* where program_enter waits */
    bool runs;
    struct program_end end;
};

static PER_CORE struct program program;

/* What FXRSTOR loads: all registers zero, all exceptions masked, as after power-on. SDM vol. 1, 10.5.1. */
static const struct {
    uint16_t control;
    uint16_t reserved[11];
    uint32_t vector_control;
    uint8_t registers[512 - 28];
} vector_initial __attribute__((aligned(16))) = {.control = 0x37f, .vector_control = 0x1f80};

void
program_enter(const struct trap_frame *frame, struct program_end *end)
{
    struct program *own = CORE_OWN(program);
    assert(!own->runs);
    if (context_save(&own->back) == 0) {
        own->runs = true;
        /* Entries from ring 3 use the rest of this stack: what lies above is ours until the program ends. */
        trap_set_kernel_stack(round_down(own->back.rsp, 16));
        msr_write(MSR_FS_BASE, 0);
        __asm__ volatile("fxrstor64 %0" ::"m"(vector_initial));
        trap_resume(frame);
    }
    *end = own->end;
}

void
program_end(const struct program_end *end)
{
    struct program *own = CORE_OWN(program);
    assert(own->runs);
    own->runs = false;
    own->end = *end;
    trap_target_set(&(struct trap_target){0});
    context_load(&own->back, 1);
}

bool
program_runs(void)
{
    return CORE_OWN(program)->runs;
}

CALL_HANDLER(core_exit, status)
{
    program_end(&(struct program_end){.reason = END_EXIT, .status = (int64_t)status});
}

CALL_HANDLER(debug_write, kind, address, length)
{
    char bytes[DEBUG_WRITE_MOST];
    if (kind > 1 || length > sizeof(bytes))
        return call_error(E_INVAL);
    int error = call_copy_in(bytes, address, length);
    if (error)
        return call_error(error);
    if (kind == 0)
        console_write(bytes, length);
    else
        error = result_user(bytes, length);
    return call_value(error ? error : (int64_t)length);
}

CALL_HANDLER(clock_now)
{
    return call_value((int64_t)clock_ticks());
}
