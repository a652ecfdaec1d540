/* What ACPI's tables have in common, and how those are read that are a list of entries, each with its type and length
 * in front (ACPI 6.4, 5.2.6).
 *
 * Pure: reads the bytes that it is told of and nothing else, follows no address, and believes no length without
 * looking. Numbers have their low byte first, at any alignment. */
#ifndef COREY_ACPI_TABLE_H
#define COREY_ACPI_TABLE_H

#include "string.h"
#include "types.h"

/* The head of every table but the root pointer: table 5.4. */
#define ACPI_HEADER_BYTES 36
#define ACPI_LENGTH       4 /* 4 bytes: of the whole table */
#define ACPI_REVISION     8 /* 1 byte */

static inline uint32_t
acpi_number(const uint8_t *from, unsigned bytes)
{
    uint32_t value = 0;
    while (bytes-- > 0)
        value = value << 8 | from[bytes];
    return value;
}

static inline uint64_t
acpi_address(const uint8_t *from)
{
    return acpi_number(from, 4) | (uint64_t)acpi_number(from + 4, 4) << 32;
}

/* Every table's bytes add up to 0. */
static inline bool
acpi_sum_is_right(const uint8_t *table, size_t bytes)
{
    uint8_t sum = 0;
    for (size_t i = 0; i < bytes; i++)
        sum += table[i];
    return sum == 0;
}

/* Takes up one entry, whose `length` bytes (2 at least) are there; false: it is too short for its type. */
typedef bool acpi_entry_function(const uint8_t *entry, size_t length, void *result);

/* Reads a table of this signature, of which `bytes` bytes can be read and whose entries begin at `at`. Null: all
 * entries were taken up, in their order. Else what is wrong with it, and some may have been. */
static inline const char *
acpi_read_entries(const void *start, size_t bytes, const char *signature, size_t at,
                  acpi_entry_function *read, void *result)
{
    const uint8_t *table = start;
    if (bytes < at || acpi_number(table + ACPI_LENGTH, 4) < at)
        return "it is shorter than its head";
    if (memcmp(table, signature, 4) != 0)
        return "its signature is another table's";
    if (acpi_number(table + ACPI_LENGTH, 4) > bytes)
        return "it is cut off";
    bytes = acpi_number(table + ACPI_LENGTH, 4);
    if (table[ACPI_REVISION] == 0)
        return "its revision is 0";
    if (!acpi_sum_is_right(table, bytes))
        return "its checksum is wrong";

    while (at < bytes) {
        size_t length = bytes - at < 2 ? 0 : table[at + 1];
        if (length < 2 || length > bytes - at || !read(table + at, length, result))
            return "an entry of it has a wrong length";
        at += length;
    }
    return NULL;
}

#endif
