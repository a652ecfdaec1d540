/* What the firmware says about the machine's cores: ACPI's MADT ("multiple APIC description table").
 *
 * Pure: reads `bytes` bytes at `table` and nothing else, follows no address, and believes no length without looking.
 * ACPI 6.4, 5.2.6 (header) and 5.2.12 (MADT). Numbers have their low byte first, at any alignment. */
#ifndef COREY_MADT_H
#define COREY_MADT_H

#include "string.h"
#include "types.h"

/* The head of every table but the root pointer: table 5.4. */
#define ACPI_HEADER_BYTES 36
#define ACPI_LENGTH       4 /* 4 bytes: of the whole table */
#define ACPI_REVISION     8 /* 1 byte */

/* The MADT's entries follow its header, the address of the APIC and flags; each begins with its type and length. */
#define MADT_ENTRIES          44
#define MADT_TYPE_LOCAL       0 /* table 5.21: 8 bytes */
#define MADT_LOCAL_ID         3 /* 1 byte */
#define MADT_LOCAL_FLAGS      4 /* 4 bytes */
#define MADT_LOCAL_BYTES      8
#define MADT_TYPE_X2APIC      9 /* table 5.34: 16 bytes */
#define MADT_X2APIC_ID        4 /* 4 bytes */
#define MADT_X2APIC_FLAGS     8 /* 4 bytes */
#define MADT_X2APIC_BYTES     16
#define MADT_FLAG_ENABLED     1u
#define MADT_FLAG_CAN_BE_MADE 2u /* "online capable": absent, but may be put in later */

#define APIC_ID_MOST 254 /* the highest that a message can name (xAPIC); 255 is all cores */

/* Cores that may be started, by what the processor calls them, in the firmware's order, each once. */
struct madt_cores {
    uint32_t count;
    uint32_t beyond; /* enabled, but with ids over APIC_ID_MOST: left out */
    uint8_t apic_id[APIC_ID_MOST + 1];
};

static inline uint32_t
acpi_number(const uint8_t *from, unsigned bytes)
{
    uint32_t value = 0;
    while (bytes-- > 0)
        value = value << 8 | from[bytes];
    return value;
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

static inline bool
madt_has(const struct madt_cores *cores, uint32_t id)
{
    for (uint32_t i = 0; i < cores->count; i++)
        if (cores->apic_id[i] == id)
            return true;
    return false;
}

/* Takes one core up, if it is there; a firmware may list it by an entry of either type, or by both. */
static inline void
madt_add(struct madt_cores *cores, uint32_t id, uint32_t flags)
{
    if (!(flags & MADT_FLAG_ENABLED)) /* one that can only be made is not there now */
        return;
    if (id > APIC_ID_MOST)
        cores->beyond++;
    else if (!madt_has(cores, id))
        cores->apic_id[cores->count++] = (uint8_t)id;
}

/* Reads one entry, whose `length` bytes are there; false: it is too short for its type. */
static inline bool
madt_read_entry(const uint8_t *entry, size_t length, struct madt_cores *cores)
{
    switch (entry[0]) {
    case MADT_TYPE_LOCAL:
        if (length < MADT_LOCAL_BYTES)
            return false;
        /* 255 names no core here: a firmware with more than that many marks so what type 9 lists. */
        if (entry[MADT_LOCAL_ID] <= APIC_ID_MOST)
            madt_add(cores, entry[MADT_LOCAL_ID], acpi_number(entry + MADT_LOCAL_FLAGS, 4));
        return true;
    case MADT_TYPE_X2APIC:
        if (length < MADT_X2APIC_BYTES)
            return false;
        madt_add(cores, acpi_number(entry + MADT_X2APIC_ID, 4), acpi_number(entry + MADT_X2APIC_FLAGS, 4));
        return true;
    default:
        return true; /* interrupts' ways, and whatever a later revision adds */
    }
}

/* Reads a whole MADT, of which `bytes` bytes can be read. Null: *cores is what it lists. Else what is wrong with it,
 * and *cores lists nobody. */
static inline const char *
madt_read(const void *madt, size_t bytes, struct madt_cores *cores)
{
    const uint8_t *table = madt;
    *cores = (struct madt_cores){};
    if (bytes < MADT_ENTRIES || acpi_number(table + ACPI_LENGTH, 4) < MADT_ENTRIES)
        return "it is shorter than its head";
    if (memcmp(table, "APIC", 4) != 0)
        return "its signature is not APIC";
    if (acpi_number(table + ACPI_LENGTH, 4) > bytes)
        return "it is cut off";
    bytes = acpi_number(table + ACPI_LENGTH, 4);
    if (table[ACPI_REVISION] == 0)
        return "its revision is 0";
    if (!acpi_sum_is_right(table, bytes))
        return "its checksum is wrong";

    for (size_t at = MADT_ENTRIES; at < bytes;) {
        size_t length = bytes - at < 2 ? 0 : table[at + 1];
        if (length < 2 || length > bytes - at || !madt_read_entry(table + at, length, cores)) {
            *cores = (struct madt_cores){};
            return "an entry of it has a wrong length";
        }
        at += length;
    }
    return NULL;
}

#endif
