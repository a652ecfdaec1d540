/* For tests: one of ACPI's tables, made by hand. */
#ifndef COREY_ACPI_MAKE_H
#define COREY_ACPI_MAKE_H

#include "acpi_table.h"
#include "string.h"
#include "test.h"

#define SUM_AT 9 /* in every header */

static uint8_t table[8192];
static size_t table_bytes;

static inline void
number_put(uint8_t *to, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

/* Sets the byte at `at` so that all bytes add up to 0. */
static inline void
sum_put(uint8_t *to, size_t bytes, size_t at)
{
    to[at] = 0;
    uint8_t sum = 0;
    for (size_t i = 0; i < bytes; i++)
        sum += to[i];
    to[at] = (uint8_t)-sum;
}

/* A head, and no entries yet; they begin at `entries`. */
static inline void
acpi_begin(const char *signature, size_t entries)
{
    memset(table, 0, sizeof table);
    memcpy(table, signature, 4);
    table[ACPI_REVISION] = 5;
    table_bytes = entries;
}

/* One more entry, all zeros behind its first two bytes. */
static inline uint8_t *
entry_put(uint8_t type, uint8_t length)
{
    uint8_t *entry = table + table_bytes;
    entry[0] = type;
    entry[1] = length;
    table_bytes += length;
    return entry;
}

/* The head says how long the table is, and its sum is right. */
static inline void
acpi_end(void)
{
    number_put(table + ACPI_LENGTH, table_bytes, 4);
    sum_put(table, table_bytes, SUM_AT);
}

static inline uint8_t
random_byte(void)
{
    return (uint8_t)(test_random() >> 24);
}

/* Up to 120 bytes of entries of types below `types`, at most `longest` bytes each; a few lie about their lengths, and
 * what is left in the end may be no entry at all. */
static inline void
acpi_put_random(uint8_t types, uint8_t longest)
{
    size_t end = table_bytes + test_random() % 120;
    while (table_bytes + longest < end) {
        uint8_t *entry = entry_put(random_byte() % types, (uint8_t)(2 + test_random() % (longest - 1u)));
        for (unsigned i = 2; i < entry[1]; i++)
            entry[i] = random_byte() & random_byte();
        if (random_byte() < 8)
            entry[1] = random_byte();
    }
    table_bytes = end;
}

#endif
