/* manycore: a plugin of QEMU's that simulates a machine of many cores; README.md says what, and with which options.
 *
 *     instrument.c  what is watched of the guest's code    decode.c        which instructions matter
 *     execution.c   what happens when a block runs         instructions.c  and an instruction that matters
 *     access.c      and when memory is accessed            dma.c           and when a device does that
 *     turns.c       turns, rounds, the guest's time        tlb.c           translations
 *     memory.c      what an access costs: coherence        caches.c        L1, L2, L3
 *     directory.c   who has a line                         nodes.c         memory behind the caches
 *     overlap.c     what hides a miss                      profile.c       who: code and lines
 *     region.c      what is reported                       qemu.c          what QEMU exports beside its interface
 *     machine.c     the machine's file                     options.c       the options
 *
 * Here: its begin and its end. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "execution.h"
#include "instrument.h"
#include "options.h"
#include "plugin.h"
#include "qemu.h"
#include "region.h"
#include "tlb.h"

EXPORT int qemu_plugin_version = PLUGIN_API;

struct machine machine;
struct core *cores;
unsigned core_count;

static struct timespec started;

void
report_write(void)
{
    static const char *const modes[] = {"time", "conflict", "turns"};
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    double seconds = (double)(now.tv_sec - started.tv_sec) + (double)(now.tv_nsec - started.tv_nsec) / 1e9;
    uint64_t instructions = 0;
    if (!execution_end())
        return;
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
    if (!memory_written)
        memory_write();
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

static void
qemu_exits(qemu_plugin_id_t id, void *data)
{
    (void)id, (void)data;
    report_write();
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
    qemu_plugin_register_atexit_cb(id, qemu_exits, NULL);
    return 0;
}
