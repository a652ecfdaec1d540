/* What is watched of a block of code that QEMU has translated. */
#include "instrument.h"

#include <string.h>

#include "decode.h"
#include "execution.h"
#include "options.h"

#define INSTRUCTION_MOST 15u /* bytes: SDM vol. 2, 2.3.11 */

static void
watch(struct qemu_plugin_insn *instruction, udata_callback callback, const void *data)
{
    qemu_plugin_register_vcpu_insn_exec_cb(instruction, callback, QEMU_PLUGIN_CB_R_REGS,
                                           (void *)(uintptr_t)data);
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
        watch(place, page_forgotten, address_pack(instruction));
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

void
block_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *translated)
{
    (void)id;
    uint8_t bytes[INSTRUCTION_MOST];
    size_t count = qemu_plugin_tb_n_insns(translated);
    uint64_t address = qemu_plugin_tb_vaddr(translated);
    uint64_t physical = code_place(address);
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
