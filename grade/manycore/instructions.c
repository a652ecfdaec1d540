/* Instructions that are more to the simulator than their cycles. */
#include "../../lab5-cores/user/marker.h"
#include "decode.h"
#include "execution.h"
#include "options.h"
#include "overlap.h"
#include "plugin.h"
#include "qemu.h"
#include "region.h"
#include "tlb.h"

void
pause_runs(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    struct core *core = here;
    if (core == NULL)
        return;
    uint64_t before = core->clock;
    misses_end(core);
    turn_pause(core);
    core->counts.paused += core->clock - before;
    core->block->paused += core->clock - before;
}

void
halt_runs(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    if (here == NULL)
        return;
    misses_end(here);
    core_account(here);
    here->halted = here->ended = true;
}

void
time_read(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    if (here != NULL)
        qemu_ticks_set((int64_t)(here->clock / CYCLE));
}

void
tables_change(unsigned vcpu, void *all)
{
    (void)vcpu;
    if (here != NULL)
        tlb_flush(here, all != NULL);
}

void *
address_pack(const struct instruction *instruction)
{
    return (void *)((uintptr_t)(uint32_t)instruction->address.displacement << 32 |
                    (uintptr_t)instruction->address.scale << 10 |
                    (uintptr_t)(instruction->address.index + 1) << 5 |
                    (uintptr_t)(instruction->address.base + 1));
}

void
page_forgotten(unsigned vcpu, void *data)
{
    (void)vcpu;
    if (here == NULL)
        return;
    uint64_t packed = (uintptr_t)data;
    int base = (int)(packed & 31) - 1, index = (int)(packed >> 5 & 31) - 1;
    uint64_t address = (uint64_t)(int64_t)(int32_t)(packed >> 32);
    if (base >= 0)
        address += qemu_register(here->index, (unsigned)base);
    if (index >= 0)
        address += qemu_register(here->index, (unsigned)index) << (packed >> 10 & 3);
    tlb_forget(here, address);
}

void
marker_runs(unsigned vcpu, void *data)
{
    (void)vcpu;
    if (here == NULL)
        return;
    core_account(here);
    switch ((uintptr_t)data) {
    case MARKER_REGION_BEGIN:
        region_begin(here);
        break;
    case MARKER_REGION_END:
        if (profile_on && options.memory_at == MEMORY_AT_REGION)
            memory_write();
        region_end(here);
        break;
    case MARKER_WAIT_BEGIN:
        here->waits = true;
        break;
    case MARKER_WAIT_END:
        here->waits = false;
        break;
    }
}
