/* Names and lines of addresses: a table that symbols.py makes from the first link and the second puts behind the
 * kernel.
 *
 *      header | functions, by address | lines, by address | offsets of file names | strings, each with a NUL
 *
 * Addresses are offsets from KERNEL_BASE. A line stands for all code from its address to the next entry's; a line
 * of number 0 for code of which nothing is known. */
#include "backtrace.h"
#include "console.h"
#include "paging.h"

struct symbol_function {
    uint32_t address, name; /* name: offset in the strings */
};

struct symbol_line {
    uint32_t address;
    uint16_t file, line; /* file: index of the offsets of file names */
};

struct symbol_header {
    uint32_t functions, lines, files;
};

extern const struct symbol_header symbols_start[];

/* How many of `count` records of 8 bytes, sorted, start with an address at or below this one. */
static size_t
record_count_to(const void *records, size_t count, uint32_t address)
{
    const uint32_t(*record)[2] = records;
    size_t low = 0, high = count; /* those below low are, those from high on are not */
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (record[middle][0] <= address)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct code_line
code_line_find(uint64_t address)
{
    const struct symbol_header *header = symbols_start;
    const struct symbol_function *functions = (const void *)(header + 1);
    const struct symbol_line *lines = (const void *)(functions + header->functions);
    const uint32_t *files = (const void *)(lines + header->lines);
    const char *strings = (const char *)(files + header->files);

    struct code_line found = {};
    if (address < (uint64_t)text_start || address >= (uint64_t)text_end)
        return found;
    uint32_t offset = (uint32_t)(address - KERNEL_BASE);
    size_t count = record_count_to(functions, header->functions, offset);
    if (count > 0) {
        found.function = strings + functions[count - 1].name;
        found.offset = offset - functions[count - 1].address;
    }
    count = record_count_to(lines, header->lines, offset);
    if (count > 0 && lines[count - 1].line != 0) {
        found.file = strings + files[lines[count - 1].file];
        found.line = lines[count - 1].line;
    }
    return found;
}

void
code_line_format(char *to, size_t size, uint64_t address)
{
    struct code_line code = code_line_find(address);
    size_t length = code.function == NULL ? format_text(to, size, "0x%lx", address)
                                          : format_text(to, size, "%s+0x%lx", code.function, code.offset);
    if (code.file != NULL && length < size)
        format_text(to + length, size - length, " %s:%u", code.file, code.line);
}

bool
backtrace_frame_valid(uint64_t rbp)
{
    return rbp % 8 == 0 && stack_holds(rbp, 2 * sizeof(uint64_t));
}

void
backtrace_print(uint64_t rbp)
{
    uint64_t calls[BACKTRACE_MAX];
    size_t count = backtrace_walk(rbp, calls, BACKTRACE_MAX);
    for (size_t i = 0; i < count; i++) {
        char line[120];
        code_line_format(line, sizeof line, calls[i]);
        console_print("    %s\n", line);
    }
}
