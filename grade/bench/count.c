/* count: a plugin of QEMU's that counts the guest's instructions by region, processor and kind.
 *
 *     qemu-system-x86_64 … -plugin count.so,out=FILE
 *
 * Regions and waits are what the guest's markers say (lab5-cores/user/marker.h). At the end FILE holds JSON,
 *
 *     {"regions": [[{"user": 7, "kernel": 0, "waiting": 3}, …one a processor], …one a region, in their order]}
 *
 * `kernel` is what was executed in the upper half of the address space, `waiting` what ring 3 executed between
 * the two markers of a wait, `user` all else. A marker counts as nothing.
 *
 * QEMU calls back once for each block of code that it begins, so a block counts whole: where an instruction
 * faults, those behind it in its block are counted then and again when they are really executed. An instruction
 * with a repeat prefix counts once for each repetition and once more. Each processor counts on lines of its own;
 * all read which region it is, which is rarely written.
 *
 * Which processor it is, QEMU 9 and 10 tell a plugin wrongly when all take turns on one thread, and QEMU's own
 * variable `current_cpu` always rightly. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../lab5-cores/user/marker.h"
#include "../manycore/plugin.h"

#define REGIONS     256u /* the most; what comes later is counted with the last */
#define LINE        64
#define MARKER_SIZE 7u

/* Not of the plugin interface, but exported: the processor whose code this thread runs; one by its number. */
extern __thread void *current_cpu __attribute__((tls_model("initial-exec")));
void *qemu_get_cpu(int index);

EXPORT int qemu_plugin_version = PLUGIN_API;

/* --- counting --- */

enum kind { USER, KERNEL, WAITING, KINDS };

struct processor {
    uint64_t counts[REGIONS + 1][KINDS]; /* [0]: outside of all regions */
    bool waits;
} __attribute__((aligned(LINE)));

static struct processor *processors;
static int processor_count;

/* `now` is where to count, 0 outside of all regions; `begun` how many there have been. One processor marks at a
 * time; the others read `now` at any time, and need no more than to see it soon: relaxed. */
static struct {
    unsigned now, begun;
} region __attribute__((aligned(LINE)));

static const char *out;

/* The processor that this thread runs: looked up when it is another than before. */
static struct processor *
processor_here(void)
{
    static __thread void *known __attribute__((tls_model("initial-exec")));
    static __thread struct processor *here __attribute__((tls_model("initial-exec")));
    if (known != current_cpu) {
        int index = 0;
        while (index < processor_count - 1 && qemu_get_cpu(index) != current_cpu)
            index++;
        known = current_cpu;
        here = &processors[index];
    }
    return here;
}

/* A run of instructions begins; data = how many they are, doubled, + 1 in the kernel. */
static void
instructions_run(unsigned vcpu, void *data)
{
    (void)vcpu;
    struct processor *here = processor_here();
    uintptr_t run = (uintptr_t)data;
    unsigned now = __atomic_load_n(&region.now, __ATOMIC_RELAXED);
    here->counts[now][run & 1 ? KERNEL : here->waits ? WAITING : USER] += run >> 1;
}

static void
region_mark(bool begins)
{
    unsigned begun = region.begun + begins;
    region.begun = begun;
    __atomic_store_n(&region.now, !begins ? 0 : begun < REGIONS ? begun : REGIONS, __ATOMIC_RELAXED);
}

/* A marker; data = its value. */
static void
marker_run(unsigned vcpu, void *data)
{
    (void)vcpu;
    switch ((uintptr_t)data) {
    case MARKER_REGION_BEGIN:
        region_mark(true);
        break;
    case MARKER_REGION_END:
        region_mark(false);
        break;
    case MARKER_WAIT_BEGIN:
        processor_here()->waits = true;
        break;
    case MARKER_WAIT_END:
        processor_here()->waits = false;
        break;
    }
}

/* A marker's value; 0: another instruction. */
static uint32_t
marker_value(const struct qemu_plugin_insn *instruction)
{
    if (qemu_plugin_insn_size(instruction) != MARKER_SIZE)
        return 0;
#if PLUGIN_API >= 3
    uint8_t bytes[MARKER_SIZE];
    if (qemu_plugin_insn_data(instruction, bytes, sizeof(bytes)) != sizeof(bytes))
        return 0;
#else
    const uint8_t *bytes = qemu_plugin_insn_data(instruction);
#endif
    uint32_t value;
    memcpy(&value, bytes + 3, sizeof(value));
    bool known = value >= MARKER_REGION_BEGIN && value <= MARKER_WAIT_END;
    return known && memcmp(bytes, "\x0f\x1f\x80", 3) == 0 ? value : 0;
}

/* Has the instructions from `first` on to `end` counted when the first of them runs. */
static void
run_watch(struct qemu_plugin_tb *block, size_t first, size_t end, bool kernel)
{
    void *data = (void *)((end - first) << 1 | kernel);
    if (first == end)
        return;
    if (first == 0)
        qemu_plugin_register_vcpu_tb_exec_cb(block, instructions_run, QEMU_PLUGIN_CB_NO_REGS, data);
    else
        qemu_plugin_register_vcpu_insn_exec_cb(qemu_plugin_tb_get_insn(block, first), instructions_run,
                                               QEMU_PLUGIN_CB_NO_REGS, data);
}

/* A block has been translated: its instructions are counted in runs, from marker to marker. */
static void
block_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *block)
{
    (void)id;
    bool kernel = qemu_plugin_tb_vaddr(block) >> 63;
    size_t first = 0, count = qemu_plugin_tb_n_insns(block);
    for (size_t at = 0; at < count; at++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, at);
        uint32_t value = marker_value(instruction);
        if (value == 0)
            continue;
        run_watch(block, first, at, kernel);
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, marker_run, QEMU_PLUGIN_CB_NO_REGS,
                                               (void *)(uintptr_t)value);
        first = at + 1;
    }
    run_watch(block, first, count, kernel);
}

static void
counts_write(qemu_plugin_id_t id, void *data)
{
    (void)id, (void)data;
    FILE *file = fopen(out, "w");
    if (!file) {
        perror(out);
        return;
    }
    fprintf(file, "{\"regions\": [");
    for (unsigned number = 1; number <= region.begun && number <= REGIONS; number++) {
        fprintf(file, "%s\n[", number == 1 ? "" : ",");
        for (int index = 0; index < processor_count; index++) {
            const uint64_t *counts = processors[index].counts[number];
            fprintf(file, "%s{\"user\": %llu, \"kernel\": %llu, \"waiting\": %llu}", index ? ", " : "",
                    (unsigned long long)counts[USER], (unsigned long long)counts[KERNEL],
                    (unsigned long long)counts[WAITING]);
        }
        fprintf(file, "]");
    }
    fprintf(file, "]}\n");
    if (fclose(file) != 0)
        perror(out);
}

EXPORT int
qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc, char **argv)
{
    if (argc != 1 || strncmp(argv[0], "out=", 4) != 0 || !info->system_emulation) {
        fprintf(stderr, "count: of a whole machine, with out=FILE\n");
        return -1;
    }
    out = strdup(argv[0] + 4);
    processor_count = info->system.max_vcpus;
    processors = aligned_alloc(LINE, (size_t)processor_count * sizeof(*processors));
    if (!out || !processors)
        return -1;
    memset(processors, 0, (size_t)processor_count * sizeof(*processors));
    qemu_plugin_register_vcpu_tb_trans_cb(id, block_translated);
    qemu_plugin_register_atexit_cb(id, counts_write, NULL);
    return 0;
}
