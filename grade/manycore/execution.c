/* Blocks and instructions. */
#include "execution.h"

#include <stdlib.h>

#include "../../lab5-cores/user/marker.h"
#include "decode.h"
#include "dma.h"
#include "options.h"
#include "overlap.h"
#include "plugin.h"
#include "qemu.h"
#include "region.h"
#include "tlb.h"

struct core *here;
void *here_cpu;
bool charges;

static bool port_used; /* since the block before: that may have ended the machine */
static bool over;

/* --- blocks ----------------------------------------------------------------------------------------------------- */

static void
entry_charge(struct core *core, enum entry kind)
{
    misses_end(core);
    switch (kind) {
    case ENTRY_SYSTEM_CALL:
        core->counts.system_calls++;
        core->clock += machine.system_call;
        break;
    case ENTRY_TRAP:
        core->counts.traps++;
        core->clock += machine.trap;
        break;
    case ENTRY_INTERRUPT:
        core->counts.interrupts++;
        core->clock += machine.interrupt;
        break;
    default:
        break;
    }
}

void
block_place(struct block *block, uint64_t physical)
{
    if (physical == NO_PAGE)
        return;
    block->line = physical / LINE;
    block->line_count = (uint32_t)((physical + block->bytes - 1) / LINE - block->line + 1);
}

uint64_t
code_place(uint64_t address)
{
    return here == NULL ? NO_PAGE : tlb_walk(here->index, address);
}

/* After an access to a port. QEMU 10 lets the processors run on until its own thread has heard that the machine is to end,
 * for as long as that takes on the host: what they do then is not of the simulation. */
static bool
simulation_ends(void)
{
    port_used = false;
    if (!qemu_ends())
        return false;
    report_write();
    here = NULL;
    charges = false;
    return true;
}

void
block_cut(struct core *core, const struct site *site)
{
    struct block *block = core->block;
    if (block == NULL || (site >= block->sites && site < block->sites + block->instructions) ||
        site->address - block->address >= block->bytes)
        return;
    uint32_t rest = 0;
    while (block->sites[block->instructions - 1 - rest].address > site->address)
        rest++;
    core->clock -= rest * machine.instruction;
    core->counts.instructions -= rest;
    core->counts.kernel_instructions -= block->kernel ? rest : 0;
    block->not_run += rest;
}

void
block_runs(unsigned vcpu, void *data)
{
    (void)vcpu;
    struct block *block = data;
    if (here == NULL || (port_used && simulation_ends()))
        return;
    core_account(here);
    if (current_cpu != here_cpu || here->ended) {
        here = turn_change(here);
        here_cpu = current_cpu;
    }
    struct core *core = here;
    core->block = block;
    block->times++;
    if (block->entry != ENTRY_NONE && charges)
        entry_charge(core, block->entry);
    if (!block->repeats) {
        core->string_line[0] = core->string_line[1] = ~0ul;
        core->clock += block->cost;
        core->counts.instructions += block->instructions;
        core->counts.kernel_instructions += block->kernel ? block->instructions : 0;
    }
    if (charges) {
        if (__atomic_load_n(&dma_waits,
                            __ATOMIC_ACQUIRE)) /* the list is seen (partner: line_note in dma.c) */
            dma_take(core->clock);
        const struct origin origin = {block->address, block->address};
        if (block->line_count == 0)
            block_place(block, tlb_walk(core->index, block->address));
        for (uint64_t line = block->line; line < block->line + block->line_count; line++)
            if (ENTRY_LINE(*tags_set(&core->l1i, line)) != line)
                memory_miss(core, line, ACCESS_FETCH, &origin);
    }
    if (core->clock >= core->turn_end)
        turn_end(core);
}

/* --- instructions ----------------------------------------------------------------------------------------------- */

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
port_runs(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    port_used = true;
    if (here == NULL || !charges)
        return;
    here->counts.uncached++;
    here->clock += machine.uncached;
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

/* --- begin and end ---------------------------------------------------------------------------------------------- */

void
simulation_begin(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    if (here != NULL || over)
        return;
    if (!turns_begin(&options.turns) || (options.mode == MODE_TIME && !dma_watch()))
        exit(1);
    here_cpu = current_cpu;
    here = turn_change(NULL);
    charges = options.mode == MODE_TIME && options.charge == 0;
}

void
charge_begin(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    charges = options.mode == MODE_TIME && here != NULL;
}

bool
execution_end(void)
{
    if (over)
        return false;
    over = true;
    if (here != NULL)
        region_end(here);
    return true;
}
