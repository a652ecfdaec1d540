/* Accesses to memory: which lines they touch. */
#include "execution.h"
#include "options.h"
#include "overlap.h"
#include "plugin.h"
#include "qemu.h"
#include "tlb.h"

#define STRING_LINE  (2 * CYCLE) /* a line of a repeated string instruction, which moves 32 bytes a cycle */
#define APIC_COMMAND 0x300u      /* offset of the register that sends interrupts: SDM vol. 3A, 11.6.1 */

static void
line_touch(struct core *core, const struct site *site, uint64_t line, bool write, uint64_t address)
{
    const struct origin origin = {site->address, address};
    if (options.mode == MODE_CONFLICT) {
        profile_touch(core, line, write, &origin);
        return;
    }
    if (site->string) {
        if (core->string_line[write] == line)
            return;
        core->string_line[write] = line;
        core->clock += STRING_LINE;
    }
    if (site->atomic && !write) {
        misses_end(core);
        core->counts.atomics++;
        core->clock += machine.atomic;
    }
    memory_access(core, line, site->atomic ? ACCESS_ATOMIC : write ? ACCESS_WRITE : ACCESS_READ, &origin);
}

void
memory_touched(unsigned vcpu, uint32_t info, uint64_t address, void *data)
{
    (void)vcpu;
    if (here == NULL || !(options.mode == MODE_CONFLICT ? profile_on : charges))
        return;
    /* Not always the one whose block ran last: an interrupt's frame is pushed before the first block of the core that
     * takes it. */
    struct core *core = current_cpu == here_cpu ? here : &cores[qemu_cpu_index(core_count)];
    const struct site *site = data;
    bool write = qemu_plugin_mem_is_store(info);
    uint64_t page = tlb_page(core, info, address);
    if (page == NO_PAGE) {
        block_cut(core, site);
        core->counts.uncached++;
        core->clock += charges ? machine.uncached : 0;
        if (write && address % 4096 == APIC_COMMAND)
            turn_interrupts(core);
        return;
    }
    if (page == LOST_PAGE)
        return;
    uint64_t last = address + (1ul << qemu_plugin_mem_size_shift(info)) - 1;
    line_touch(core, site, page * (4096 / LINE) + address % 4096 / LINE, write, address);
    if (last / LINE == address / LINE)
        return;
    if (last / 4096 != address / 4096 && (page = tlb_page(core, info, last)) >= LOST_PAGE)
        return;
    line_touch(core, site, page * (4096 / LINE) + last % 4096 / LINE, write, last);
}
