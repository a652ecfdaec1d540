/* Options are words `name=value`; each stands in a table with what its value is. */
#include "options.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ENTRIES 4096u

struct options options;

static struct {
    uint64_t address;
    enum entry kind;
} entries[ENTRIES];
static size_t entry_count;

static int
entries_compare(const void *a, const void *b)
{
    uint64_t first = *(const uint64_t *)a, second = *(const uint64_t *)b;
    return first < second ? -1 : first > second;
}

static bool
entries_read(const char *path)
{
    static const char *const kinds[] = {"", "system_call", "trap", "interrupt"};
    char kind[32];
    uint64_t address;
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        perror(path);
        return false;
    }
    bool known = true;
    while (known && entry_count < ENTRIES && fscanf(file, "%" SCNx64 " %31s", &address, kind) == 2) {
        entries[entry_count].address = address;
        for (enum entry i = ENTRY_SYSTEM_CALL; i <= ENTRY_INTERRUPT; i++)
            if (strcmp(kind, kinds[i]) == 0)
                entries[entry_count].kind = i;
        known = entries[entry_count++].kind != ENTRY_NONE;
    }
    bool whole = known && feof(file);
    fclose(file);
    qsort(entries, entry_count, sizeof(entries[0]), entries_compare);
    if (!whole)
        fprintf(stderr, "%s: not lines of an address and a kind, or more than %u\n", path, ENTRIES);
    return whole;
}

enum entry
entry_kind(uint64_t address)
{
    size_t low = 0, high = entry_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (entries[middle].address < address)
            low = middle + 1;
        else
            high = middle;
    }
    return low < entry_count && entries[low].address == address ? entries[low].kind : ENTRY_NONE;
}

/* --- the options ------------------------------------------------------------------------------------------------ */

static const char *const modes[] = {"time", "conflict", "turns", NULL};
static const char *const models[] = {"blocking", "generous", NULL};
static const char *const ends[] = {"end", "region", NULL};
static const char *const switches[] = {"on", "off", NULL};

/* Which of the words it is; -1: none. */
static int
choice_read(const char *value, const char *const *words)
{
    for (int i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], value) == 0)
            return i;
    return -1;
}

static bool
number_read(const char *value, int base, uint64_t *number)
{
    char *end;
    errno = 0;
    *number = strtoull(value, &end, base);
    return end != value && *end == '\0' && errno == 0 && strchr(value, '-') == NULL;
}

/* One option; false: there is none such, or not with this value. */
static bool
option_read(const char *name, const char *value)
{
    const struct {
        const char *name, **text;
    } texts[] = {{"machine", &options.machine},
                 {"out", &options.out},
                 {"entries", &options.entries},
                 {"memory", &options.memory}};
    const struct {
        const char *name;
        int base;
        uint64_t *number;
    } numbers[] = {{"size", 10, &options.model.bytes}, /* MiB until all are read */
                   {"charge", 16, &options.charge},
                   {"begin", 16, &options.begin},
                   {"seed", 10, &options.turns.seed}};
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        if (strcmp(name, texts[i].name) == 0)
            return (*texts[i].text = strdup(value)) != NULL;
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        if (strcmp(name, numbers[i].name) == 0)
            return number_read(value, numbers[i].base, numbers[i].number);
    int chosen = -1;
    if (strcmp(name, "mode") == 0 && (chosen = choice_read(value, modes)) >= 0)
        options.mode = (unsigned)chosen;
    if (strcmp(name, "memory_at") == 0 && (chosen = choice_read(value, ends)) >= 0)
        options.memory_at = (unsigned)chosen;
    if (strcmp(name, "model") == 0 && (chosen = choice_read(value, models)) >= 0)
        options.model.generous = chosen;
    if (strcmp(name, "bandwidth") == 0 && (chosen = choice_read(value, switches)) >= 0)
        options.model.bandwidth_off = chosen;
    return chosen >= 0;
}

bool
options_read(int count, char **words)
{
    for (int i = 0; i < count; i++) {
        char *value = strchr(words[i], '=');
        if (value != NULL)
            *value++ = '\0';
        if (value == NULL || !option_read(words[i], value)) {
            fprintf(stderr, "manycore: no option '%s', or not with this value\n", words[i]);
            return false;
        }
    }
    options.model.bytes <<= 20;
    if (options.machine == NULL || options.out == NULL) {
        fprintf(stderr, "manycore: machine=FILE and out=FILE are wanted\n");
        return false;
    }
    return options.entries == NULL || entries_read(options.entries);
}
