/* manycore: a plugin of QEMU's that simulates a machine of many cores; README.md says what, and with which options.
 *
 *     decode.c    which instructions matter        turns.c     turns, rounds, the guest's time
 *     memory.c    caches, coherence, memory        tlb.c       translations
 *     profile.c   who: code and lines              region.c    what is reported
 *     machine.c   the machine's file               qemu.c      what QEMU exports beside its interface
 *     options.c   the options
 *
 * Here: what happens at each block, instruction and access. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../lab5-cores/user/marker.h"
#include "decode.h"
#include "options.h"
#include "plugin.h"
#include "qemu.h"
#include "region.h"
#include "tlb.h"

#define STRING_LINE      (2 * CYCLE) /* a line of a repeated string instruction, which moves 32 bytes a cycle */
#define APIC_COMMAND     0x300u      /* offset of the register that sends interrupts: SDM vol. 3A, 10.6.1 */
#define INSTRUCTION_MOST 15u         /* bytes: SDM vol. 2, 2.3.11 */

EXPORT int qemu_plugin_version = PLUGIN_API;

struct machine machine;
struct core *cores;
unsigned core_count;

static struct core *here; /* null until the simulation begins */
static bool
    charges; /* misses, traps, devices cost what the machine says; else an instruction its own cost alone */
static void *here_cpu;
static struct timespec started;

/* --- while the guest runs ------------------------------------------------------------------------------------- */

static void
entry_charge(struct core *core, enum entry kind)
{
    memory_drain(core);
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

/* The lines in which the block's code lies, from the physical address of its first byte on. */
static void
block_place(struct block *block, uint64_t physical)
{
    if (physical == NO_PAGE)
        return;
    block->line = physical / LINE;
    block->line_count = (uint32_t)((physical + block->bytes - 1) / LINE - block->line + 1);
}

/* A block begins. */
static void
block_runs(unsigned vcpu, void *data)
{
    (void)vcpu;
    struct block *block = data;
    if (here == NULL)
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
        memory_drain(core);
        core->counts.atomics++;
        core->clock += machine.atomic;
    }
    memory_access(core, line, site->atomic ? ACCESS_ATOMIC : write ? ACCESS_WRITE : ACCESS_READ, &origin);
}

/* An instruction has accessed memory. */
static void
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
        core->counts.uncached++;
        core->clock += charges ? machine.uncached : 0;
        if (write && address % 4096 == APIC_COMMAND)
            turn_interrupts(core);
        return;
    }
    uint64_t last = address + (1ul << qemu_plugin_mem_size_shift(info)) - 1;
    line_touch(core, site, page * (4096 / LINE) + address % 4096 / LINE, write, address);
    if (last / LINE == address / LINE)
        return;
    if (last / 4096 != address / 4096 && (page = tlb_page(core, info, last)) == NO_PAGE)
        return;
    line_touch(core, site, page * (4096 / LINE) + last % 4096 / LINE, write, last);
}

static void
pause_runs(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    struct core *core = here;
    if (core == NULL)
        return;
    uint64_t before = core->clock;
    memory_drain(core);
    turn_pause(core);
    core->counts.paused += core->clock - before;
    core->block->paused += core->clock - before;
}

static void
halt_runs(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    if (here == NULL)
        return;
    memory_drain(here);
    core_account(here);
    here->halted = here->ended = true;
}

static void
port_runs(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    if (here == NULL || !charges)
        return;
    here->counts.uncached++;
    here->clock += machine.uncached;
}

/* The core is about to read its time stamp counter. */
static void
time_read(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    if (here != NULL)
        qemu_ticks_set((int64_t)(here->clock / CYCLE));
}

/* data: whether global pages go, too */
static void
tables_change(unsigned vcpu, void *data)
{
    (void)vcpu;
    if (here != NULL)
        tlb_flush(here, data != NULL);
}

/* data: the address, packed by forget_watch */
static void
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

static void
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

/* The simulation begins with the block whose first instruction this is. */
static void
simulation_begin(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    if (here != NULL)
        return;
    if (!turns_begin(&options.turns))
        exit(1);
    here_cpu = current_cpu;
    here = turn_change(NULL);
    charges = options.mode == MODE_TIME && options.charge == 0;
}

/* From the next block on misses cost. */
static void
charge_begin(unsigned vcpu, void *data)
{
    (void)vcpu, (void)data;
    charges = options.mode == MODE_TIME && here != NULL;
}

/* --- when code is translated ---------------------------------------------------------------------------------- */

static void
watch(struct qemu_plugin_insn *instruction, udata_callback callback, const void *data)
{
    qemu_plugin_register_vcpu_insn_exec_cb(instruction, callback, QEMU_PLUGIN_CB_R_REGS,
                                           (void *)(uintptr_t)data);
}

static void
forget_watch(struct qemu_plugin_insn *place, const struct instruction *instruction)
{
    uintptr_t packed = (uintptr_t)(uint32_t)instruction->address.displacement << 32 |
                       (uintptr_t)instruction->address.scale << 10 |
                       (uintptr_t)(instruction->address.index + 1) << 5 |
                       (uintptr_t)(instruction->address.base + 1);
    watch(place, page_forgotten, (const void *)packed);
}

static void
instruction_watch(struct qemu_plugin_insn *place, const struct instruction *instruction, struct site *site)
{
    site->address = qemu_plugin_insn_vaddr(place);
    site->atomic = instruction->kind == ATOMIC;
    site->string = instruction->kind == STRING;
    switch (instruction->kind) {
    case PAUSE:
        watch(place, pause_runs, NULL);
        break;
    case HALT:
        watch(place, halt_runs, NULL);
        break;
    case PORT:
        watch(place, port_runs, NULL);
        break;
    case TABLES:
        watch(place, tables_change, NULL);
        break;
    case TABLES_ALL:
        watch(place, tables_change, place);
        break;
    case FORGET_PAGE:
        forget_watch(place, instruction);
        break;
    case TIME:
        watch(place, time_read, NULL);
        break;
    case MARKER:
        watch(place, marker_runs, (const void *)(uintptr_t)instruction->marker);
        break;
    default:
        break;
    }
    if (options.mode != MODE_TURNS)
        qemu_plugin_register_vcpu_mem_cb(place, memory_touched, QEMU_PLUGIN_CB_R_REGS, QEMU_PLUGIN_MEM_RW,
                                         site);
}

static size_t
instruction_bytes(struct qemu_plugin_insn *instruction, uint8_t bytes[INSTRUCTION_MOST])
{
    size_t size = qemu_plugin_insn_size(instruction);
    size = size < INSTRUCTION_MOST ? size : INSTRUCTION_MOST;
#if PLUGIN_API >= 3
    return qemu_plugin_insn_data(instruction, bytes, size);
#else
    memcpy(bytes, qemu_plugin_insn_data(instruction), size);
    return size;
#endif
}

/* A sum over the bytes of the block. Programs that lie at one address differ in it, or in where that is. */
static uint64_t
block_check(struct qemu_plugin_tb *translated, size_t count, uint64_t physical)
{
    uint64_t check = count ^ physical << 16;
    uint8_t bytes[INSTRUCTION_MOST];
    for (size_t i = 0; i < count; i++) {
        size_t size = instruction_bytes(qemu_plugin_tb_get_insn(translated, i), bytes);
        for (size_t j = 0; j < size; j++)
            check = (check ^ bytes[j]) * 0x100000001b3ul;
    }
    return check;
}

static void
block_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *translated)
{
    (void)id;
    uint8_t bytes[INSTRUCTION_MOST];
    size_t count = qemu_plugin_tb_n_insns(translated);
    uint64_t address = qemu_plugin_tb_vaddr(translated);
    uint64_t physical = here == NULL ? NO_PAGE : tlb_walk(here->index, address);
    struct block *block = block_get(address, block_check(translated, count, physical), (uint32_t)count);
    block->cost = count * machine.instruction;
    block->bytes = 0;
    block->kernel = address >> 63;
    block->entry = (uint8_t)entry_kind(address);
    if (address == options.begin || options.begin == 0)
        watch(qemu_plugin_tb_get_insn(translated, 0), simulation_begin, NULL);
    if (address == options.charge && address != 0)
        watch(qemu_plugin_tb_get_insn(translated, 0), charge_begin, NULL);
    qemu_plugin_register_vcpu_tb_exec_cb(translated, block_runs, QEMU_PLUGIN_CB_R_REGS, block);
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *place = qemu_plugin_tb_get_insn(translated, i);
        size_t length = instruction_bytes(place, bytes);
        struct instruction instruction = instruction_decode(bytes, length);
        instruction_watch(place, &instruction, &block->sites[i]);
        block->repeats = count == 1 && instruction.kind == STRING;
        block->bytes += (uint32_t)length;
    }
    block_place(block, physical);
}

/* --- begin and end ----------------------------------------------------------------------------------------------- */

static void
memory_write(const char *path)
{
    static char bytes[1 << 16], zeros[1 << 16];
    FILE *file = fopen(path, "wb");
    bool good = file != NULL;
    for (uint64_t at = 0; good && at < options.model.bytes; at += sizeof(bytes)) {
        qemu_memory_read(at, bytes, sizeof(bytes));
        if (memcmp(bytes, zeros, sizeof(bytes)) != 0) /* zeros are left out: holes in the file */
            good = fseek(file, (long)at, SEEK_SET) == 0 && fwrite(bytes, sizeof(bytes), 1, file) == 1;
    }
    if ((file != NULL && fclose(file) != 0) || !good)
        perror(path);
}

static void
report_write(qemu_plugin_id_t id, void *data)
{
    (void)id, (void)data;
    static const char *const modes[] = {"time", "conflict", "turns"};
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - started.tv_sec) + (double)(now.tv_nsec - started.tv_nsec) / 1e9;
    uint64_t instructions = 0;
    if (here != NULL)
        region_end(here);
    for (unsigned i = 0; i < core_count; i++)
        instructions += cores[i].counts.instructions;
    FILE *file = fopen(options.out, "w");
    if (file == NULL) {
        perror(options.out);
        return;
    }
    fprintf(file,
            "{\"machine\": \"%s\", \"cores\": %u, \"mode\": \"%s\", \"model\": \"%s\", \"seed\": %" PRIu64
            ",\n"
            " \"instructions\": %" PRIu64 ", \"seconds\": %.3f,\n \"regions\": [\n",
            machine.name, core_count, modes[options.mode], options.model.generous ? "generous" : "blocking",
            options.turns.seed, instructions, seconds);
    regions_write(file);
    fprintf(file, "]}\n");
    if (fclose(file) != 0)
        perror(options.out);
    if (options.memory != NULL)
        memory_write(options.memory);
}

static bool
cores_make(unsigned count)
{
    uint64_t most = machine.sockets * machine.clusters * machine.cores;
    if (count > most) {
        fprintf(stderr, "manycore: %s has %" PRIu64 " cores, and the guest has %u\n", machine.name, most,
                count);
        return false;
    }
    core_count = count;
    cores = calloc(count, sizeof(*cores));
    for (unsigned i = 0; cores != NULL && i < count; i++) {
        cores[i].index = i;
        cores[i].bit = 1ul << i;
        cores[i].cluster = i / (unsigned)machine.cores;
        cores[i].socket = cores[i].cluster / (unsigned)machine.clusters;
    }
    region_conflicts_only = options.mode == MODE_CONFLICT;
    if (cores != NULL && memory_make(&options.model) && tlb_make(options.mode == MODE_TIME))
        return true;
    fprintf(stderr, "manycore: not enough memory\n");
    return false;
}

EXPORT int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    if (!info->system_emulation) {
        fprintf(stderr, "manycore: of a whole machine\n");
        return -1;
    }
    if (!options_read(argc, argv) || !machine_read(options.machine, &machine) ||
        !cores_make((unsigned)info->system.max_vcpus) || !qemu_find())
        return -1;
    clock_gettime(CLOCK_MONOTONIC, &started);
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    qemu_plugin_register_atexit_cb(id, report_write, NULL);
    return 0;
}
