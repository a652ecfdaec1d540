/* Reading a machine file: a table of keys, each with what stands behind it. */
#include "machine.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum unit { COUNT, TIME, SIZE, RATE };

#define AT(field) offsetof(struct machine, field)

static const struct key {
    const char *name;
    struct {
        enum unit unit;
        size_t at;
    } value[3];
    unsigned values;
} keys[] = {
    {"sockets", {{COUNT, AT(sockets)}}, 1},
    {"clusters", {{COUNT, AT(clusters)}}, 1},
    {"cores", {{COUNT, AT(cores)}}, 1},
    {"hertz", {{COUNT, AT(hertz)}}, 1},
    {"instruction", {{TIME, AT(instruction)}}, 1},
    {"l1d", {{SIZE, AT(l1d.bytes)}, {COUNT, AT(l1d.ways)}, {TIME, AT(l1d.latency)}}, 3},
    {"l1i", {{SIZE, AT(l1i.bytes)}, {COUNT, AT(l1i.ways)}}, 2},
    {"l2", {{SIZE, AT(l2.bytes)}, {COUNT, AT(l2.ways)}, {TIME, AT(l2.latency)}}, 3},
    {"l3", {{SIZE, AT(l3.bytes)}, {COUNT, AT(l3.ways)}, {TIME, AT(l3.latency)}}, 3},
    {"near", {{TIME, AT(near)}}, 1},
    {"far", {{TIME, AT(far)}}, 1},
    {"socket", {{TIME, AT(socket)}}, 1},
    {"memory", {{TIME, AT(memory)}, {TIME, AT(memory_far)}}, 2},
    {"bandwidth", {{RATE, AT(line_time)}}, 1},
    {"prefetch", {{COUNT, AT(streams)}}, 1},
    {"dtlb", {{COUNT, AT(dtlb.bytes)}, {COUNT, AT(dtlb.ways)}}, 2},
    {"dtlb_large", {{COUNT, AT(dtlb_large.bytes)}, {COUNT, AT(dtlb_large.ways)}}, 2},
    {"dtlb2", {{COUNT, AT(dtlb2.bytes)}, {COUNT, AT(dtlb2.ways)}, {TIME, AT(dtlb2.latency)}}, 3},
    {"atomic", {{TIME, AT(atomic)}}, 1},
    {"pause", {{TIME, AT(pause)}}, 1},
    {"uncached", {{TIME, AT(uncached)}}, 1},
    {"system_call", {{TIME, AT(system_call)}}, 1},
    {"trap", {{TIME, AT(trap)}}, 1},
    {"interrupt", {{TIME, AT(interrupt)}}, 1},
};

#define KEYS (sizeof(keys) / sizeof(keys[0]))

static bool
value_read(const char *word, enum unit unit, uint64_t *value)
{
    char *end;
    double number = strtod(word, &end);
    if (unit == SIZE && (*end == 'K' || *end == 'M'))
        number *= *end++ == 'K' ? 1024 : 1024 * 1024;
    if (end == word || *end != '\0' || !(number >= 0 && number <= 1e15))
        return false;
    if (unit == TIME)
        number *= CYCLE;
    if (unit == RATE)
        number = number > 0 ? (double)LINE * CYCLE / number : 0;
    *value = (uint64_t)(number + 0.5);
    return true;
}

/* A line's words; false: they are none of the keys, or not what it takes. */
static bool
line_read(char *line, struct machine *machine, bool *given)
{
    char *place, *word = strtok_r(line, " \t\n", &place);
    if (word == NULL)
        return true;
    for (size_t i = 0; i < KEYS; i++) {
        if (strcmp(word, keys[i].name) != 0 || given[i])
            continue;
        given[i] = true;
        for (unsigned j = 0; j < keys[i].values; j++) {
            uint64_t *value = (uint64_t *)((char *)machine + keys[i].value[j].at);
            word = strtok_r(NULL, " \t\n", &place);
            if (word == NULL || !value_read(word, keys[i].value[j].unit, value))
                return false;
        }
        return strtok_r(NULL, " \t\n", &place) == NULL;
    }
    return false;
}

/* What a table of entries, by lines or pages, must be: whole sets, as many as a power of two where an address picks
 * them. */
static bool
shape_fits(const char *path, const char *what, const struct cache_shape *shape, uint64_t unit, bool power)
{
    uint64_t entries = shape->bytes / unit, sets = shape->ways > 0 ? entries / shape->ways : 0;
    if (sets > 0 && sets * shape->ways * unit == shape->bytes && (!power || (sets & (sets - 1)) == 0))
        return true;
    fprintf(stderr, "%s: %s is not a whole number of sets%s\n", path, what, power ? ", a power of two" : "");
    return false;
}

static bool
machine_fits(const char *path, const struct machine *machine)
{
    uint64_t cores = machine->sockets * machine->clusters * machine->cores;
    if (cores < 1 || cores > CORES_MOST || machine->sockets * machine->clusters > CLUSTERS_MOST) {
        fprintf(stderr, "%s: it has %lu cores; 1 to %u, in at most %u clusters, can be simulated\n", path,
                cores, CORES_MOST, CLUSTERS_MOST);
        return false;
    }
    if (machine->hertz == 0 || machine->instruction == 0 || machine->streams > STREAMS_MOST) {
        fprintf(stderr, "%s: hertz and instruction are more than 0, prefetch at most %u\n", path,
                STREAMS_MOST);
        return false;
    }
    return shape_fits(path, "l1d", &machine->l1d, LINE, true) &&
           shape_fits(path, "l1i", &machine->l1i, LINE, true) &&
           shape_fits(path, "l2", &machine->l2, LINE, false) &&
           shape_fits(path, "l3", &machine->l3, LINE, false) &&
           shape_fits(path, "dtlb", &machine->dtlb, 1, false) &&
           shape_fits(path, "dtlb_large", &machine->dtlb_large, 1, false) &&
           shape_fits(path, "dtlb2", &machine->dtlb2, 1, false);
}

bool
machine_read(const char *path, struct machine *machine)
{
    char line[512];
    bool given[KEYS] = {false}, good = true;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        return false;
    }
    const char *name = strrchr(path, '/');
    snprintf(machine->name, sizeof(machine->name), "%s", name != NULL ? name + 1 : path);
    for (unsigned number = 1; good && fgets(line, sizeof(line), file) != NULL; number++) {
        line[strcspn(line, "#\n")] = '\0';
        good = line_read(line, machine, given);
        if (!good)
            fprintf(stderr, "%s: line %u: no such key, twice, or not what it takes\n", path, number);
    }
    fclose(file);
    for (size_t i = 0; good && i < KEYS; i++) {
        good = given[i];
        if (!good)
            fprintf(stderr, "%s: %s is missing\n", path, keys[i].name);
    }
    return good && machine_fits(path, machine);
}
