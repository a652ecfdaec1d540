/* What the firmware says about which memory is near which cores: ACPI's SRAT ("system resource affinity table"). ACPI
 * 6.4, 5.2.16. Pure, as acpi_table.h.
 *
 * Cores and ranges of memory that are near each other have one "proximity domain": here a node. */
#ifndef COREY_SRAT_H
#define COREY_SRAT_H

#include "acpi_table.h"
#include "madt.h"

/* The entries follow the header and 12 reserved bytes. */
#define SRAT_ENTRIES      48
#define SRAT_TYPE_LOCAL   0 /* 5.2.16.1: 16 bytes */
#define SRAT_LOCAL_NODE   2 /* 1 byte, the lowest of 4; the others stand at SRAT_LOCAL_HIGH */
#define SRAT_LOCAL_ID     3 /* 1 byte */
#define SRAT_LOCAL_FLAGS  4 /* 4 bytes */
#define SRAT_LOCAL_HIGH   9
#define SRAT_LOCAL_BYTES  16
#define SRAT_TYPE_MEMORY  1  /* 5.2.16.2: 40 bytes */
#define SRAT_MEMORY_NODE  2  /* 4 bytes */
#define SRAT_MEMORY_START 8  /* 8 bytes */
#define SRAT_MEMORY_FLAGS 28 /* 4 bytes */
#define SRAT_MEMORY_BYTES 40
#define SRAT_TYPE_X2APIC  2  /* 5.2.16.3: 24 bytes */
#define SRAT_X2APIC_NODE  4  /* 4 bytes */
#define SRAT_X2APIC_ID    8  /* 4 bytes */
#define SRAT_X2APIC_FLAGS 12 /* 4 bytes */
#define SRAT_X2APIC_BYTES 24
#define SRAT_FLAG_ENABLED 1u

#define SRAT_RANGES_MOST 64 /* that are told apart */

/* Memory from `start` on, up to the next range's start or the end of all. */
struct srat_range {
    paddr_t start;
    uint32_t node;
};

/* All zeros: nothing is known. */
struct srat {
    uint32_t count;
    struct srat_range range[SRAT_RANGES_MOST]; /* by rising start */
    uint32_t node[APIC_ID_MOST + 1]; /* of cores, by what the processor calls them; 0 where it is not said */
};

static inline void
srat_add_core(struct srat *srat, uint32_t id, uint32_t node)
{
    if (id <= APIC_ID_MOST)
        srat->node[id] = node;
}

/* Puts a range in its place; more than can be told apart belong to the one in front of them. */
static inline void
srat_add_range(struct srat *srat, struct srat_range range)
{
    uint32_t at = srat->count;
    if (at == SRAT_RANGES_MOST)
        return;
    for (; at > 0 && srat->range[at - 1].start > range.start; at--)
        srat->range[at] = srat->range[at - 1];
    srat->range[at] = range;
    srat->count++;
}

static inline bool
srat_read_entry(const uint8_t *entry, size_t length, void *result)
{
    struct srat *srat = result;
    switch (entry[0]) {
    case SRAT_TYPE_LOCAL:
        if (length < SRAT_LOCAL_BYTES)
            return false;
        if (acpi_number(entry + SRAT_LOCAL_FLAGS, 4) & SRAT_FLAG_ENABLED)
            srat_add_core(srat, entry[SRAT_LOCAL_ID],
                          entry[SRAT_LOCAL_NODE] | acpi_number(entry + SRAT_LOCAL_HIGH, 3) << 8);
        return true;
    case SRAT_TYPE_MEMORY:
        if (length < SRAT_MEMORY_BYTES)
            return false;
        if (acpi_number(entry + SRAT_MEMORY_FLAGS, 4) & SRAT_FLAG_ENABLED)
            srat_add_range(srat, (struct srat_range){acpi_address(entry + SRAT_MEMORY_START),
                                                     acpi_number(entry + SRAT_MEMORY_NODE, 4)});
        return true;
    case SRAT_TYPE_X2APIC:
        if (length < SRAT_X2APIC_BYTES)
            return false;
        if (acpi_number(entry + SRAT_X2APIC_FLAGS, 4) & SRAT_FLAG_ENABLED)
            srat_add_core(srat, acpi_number(entry + SRAT_X2APIC_ID, 4),
                          acpi_number(entry + SRAT_X2APIC_NODE, 4));
        return true;
    default:
        return true; /* of other processors' kinds, of devices, and whatever a later revision adds */
    }
}

/* Reads a whole SRAT, of which `bytes` bytes can be read. Null: *srat is what it says. Else what is wrong with it, and
 * *srat knows nothing. */
static inline const char *
srat_read(const void *table, size_t bytes, struct srat *srat)
{
    *srat = (struct srat){};
    const char *wrong = acpi_read_entries(table, bytes, "SRAT", SRAT_ENTRIES, srat_read_entry, srat);
    if (wrong != NULL)
        *srat = (struct srat){};
    return wrong;
}

#endif
