/* Blocks, and the simulation's begin and end. */
#include "execution.h"

#include <stdlib.h>

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

/* After an access to a port. QEMU 10 lets the processors run on until its own thread has heard that the machine is to
 * end, for as long as that takes on the host: what they do then is not of the simulation. */
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
        dma_look(core->clock);
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
