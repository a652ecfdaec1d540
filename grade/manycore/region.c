/* The report is written region by region, as text: of what a region had, nothing is kept when the next begins. */
#include "region.h"

#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "qemu.h"

#define CODE_MOST      400 /* blocks and lines that a region's report names */
#define LINES_MOST     200
#define CONFLICTS_MOST 1000

bool region_conflicts_only;
bool memory_written;

static struct counts counts_before[CORES_MOST];
static uint64_t clock_before[CORES_MOST];
static uint64_t begun_at;

static char *text; /* of all regions that have ended */
static size_t text_bytes;
static FILE *stream;

static void
all_account(void)
{
    for (unsigned i = 0; i < core_count; i++)
        core_account(&cores[i]);
}

void
region_begin(const struct core *core)
{
    region_end(core);
    all_account();
    for (unsigned i = 0; i < core_count; i++) {
        counts_before[i] = cores[i].counts;
        clock_before[i] = cores[i].clock;
    }
    profile_begin();
    begun_at = core->clock;
    profile_on = true;
}

/* --- what a region leaves --------------------------------------------------------------------------------------- */

static void
core_write(unsigned i)
{
    const struct counts *now = &cores[i].counts, *before = &counts_before[i];
    uint64_t halted = now->halted - before->halted;
    fprintf(stream, "%s{\"cycles\": %lu", i == 0 ? "" : ",\n  ",
            (cores[i].clock - clock_before[i] - halted) / CYCLE);
#define TIME(name)  fprintf(stream, ", \"" #name "\": %lu", (now->name - before->name) / CYCLE);
#define EVENT(name) fprintf(stream, ", \"" #name "\": %lu", now->name - before->name);
    COUNTS_OF_TIME(TIME)
    COUNTS_OF_EVENTS(EVENT)
    fprintf(stream, "}");
}

static void
code_write(void)
{
    size_t count;
    struct block **blocks = profile_blocks(CODE_MOST, &count);
    for (size_t i = 0; i < count; i++)
        fprintf(stream, "%s{\"address\": \"%lx\", \"cycles\": %lu, \"instructions\": %lu, \"paused\": %lu}",
                i == 0 ? "" : ",\n  ", blocks[i]->address, blocks[i]->cycles / CYCLE,
                blocks[i]->times * (blocks[i]->repeats ? 0 : blocks[i]->instructions) - blocks[i]->not_run,
                blocks[i]->paused / CYCLE);
}

static void
lines_write(bool conflicts, size_t most)
{
    size_t count;
    struct line_profile **lines = profile_lines(conflicts, most, &count);
    for (size_t i = 0; i < count; i++) {
        const struct line_profile *line = lines[i];
        fprintf(
            stream,
            "%s{\"physical\": \"%lx\", \"virtual\": \"%lx\", \"cycles\": %lu, \"near\": %lu, \"far\": %lu, "
            "\"socket\": %lu, \"memory\": %lu, \"upgrades\": %lu, \"invalidations\": %lu, "
            "\"writers\": \"%lx\", \"readers\": \"%lx\", \"by\": [",
            i == 0 ? "" : ",\n  ", (line->line - 1) * LINE, line->address, line->cycles / CYCLE, line->near,
            line->far, line->socket, line->memory, line->upgrades, line->invalidations, line->writers,
            line->readers);
        for (unsigned j = 0; j < SITES_KEPT && line->site[j].address != 0; j++)
            fprintf(stream, "%s\"%lx\"", j == 0 ? "" : ", ", line->site[j].address);
        fprintf(stream, "]}");
    }
}

void
region_end(const struct core *core)
{
    if (!profile_on)
        return;
    all_account();
    profile_on = false;
    bool first = stream == NULL;
    if (first && (stream = open_memstream(&text, &text_bytes)) == NULL) {
        perror("manycore");
        return;
    }
    fprintf(stream, "%s{\"begin\": %lu, \"end\": %lu,\n \"cores\": [", first ? "" : ",\n", begun_at / CYCLE,
            core->clock / CYCLE);
    for (unsigned i = 0; i < core_count; i++)
        core_write(i);
    fprintf(stream, "],\n \"code\": [");
    if (!region_conflicts_only)
        code_write();
    fprintf(stream, "],\n \"lines\": [");
    if (!region_conflicts_only)
        lines_write(false, LINES_MOST);
    fprintf(stream, "],\n \"conflicts\": [");
    lines_write(true, CONFLICTS_MOST);
    fprintf(stream, "]}");
}

void
regions_write(FILE *file)
{
    if (stream == NULL)
        return;
    fflush(stream);
    fwrite(text, 1, text_bytes, file);
}

void
memory_write(void)
{
    static char bytes[1 << 16], zeros[1 << 16];
    const char *path = options.memory;
    if (path == NULL)
        return;
    FILE *file = fopen(path, "wb");
    bool good = file != NULL;
    for (uint64_t at = 0; good && at < options.model.bytes; at += sizeof(bytes)) {
        qemu_memory_read(at, bytes, sizeof(bytes));
        if (memcmp(bytes, zeros, sizeof(bytes)) != 0) /* zeros are left out: holes in the file */
            good = fseek(file, (long)at, SEEK_SET) == 0 && fwrite(bytes, sizeof(bytes), 1, file) == 1;
    }
    if ((file != NULL && fclose(file) != 0) || !good)
        perror(path);
    memory_written = true;
}
