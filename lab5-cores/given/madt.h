/* What the firmware says about the machine's cores: ACPI's MADT ("multiple APIC description table"). ACPI 6.4, 5.2.12.
 * Pure, as acpi_table.h. */
#ifndef COREY_MADT_H
#define COREY_MADT_H

#include "acpi_table.h"

/* The MADT's entries follow its header, the address of the APIC and flags. */
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

static inline bool
madt_read_entry(const uint8_t *entry, size_t length, void *result)
{
    struct madt_cores *cores = result;
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
    *cores = (struct madt_cores){};
    const char *wrong = acpi_read_entries(madt, bytes, "APIC", MADT_ENTRIES, madt_read_entry, cores);
    if (wrong != NULL)
        *cores = (struct madt_cores){};
    return wrong;
}

#endif
