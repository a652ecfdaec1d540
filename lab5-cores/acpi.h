/* From ACPI's root pointer, of which the loader left a copy, to one of the firmware's tables.
 *
 *     RSDP ── XSDT (revision 2 on; addresses of 8 bytes) or RSDT (of 4 bytes) ── header, header ... ── the table
 *
 * All of it is the firmware's word: lengths, addresses and checksums are looked at before they are believed, and what
 * is wrong ends the search with a reason, never the machine. */
#ifndef COREY_ACPI_H
#define COREY_ACPI_H

#include "types.h"

#define ACPI_TABLE_MOST (64ul << 10) /* bytes of a table that is read; longer ones are taken for broken */

/* Gives the address of physical memory that can be read, for good; null where the memory map has none. */
typedef const void *acpi_map_function(paddr_t start, uint64_t bytes);

/* Reads what firmware left, wherever the memory map has an entry for it. Start-up only. */
acpi_map_function acpi_map;

/* Finds the table of this signature (4 letters). `rsdp` is the root pointer, `bytes` long. The table, with its length
 * in *length; its checksum is the caller's to check. Null: there is none, and *wrong says why. */
const void *acpi_find(const uint8_t *rsdp, size_t bytes, const char *signature, acpi_map_function *map,
                      uint32_t *length, const char **wrong);

#endif
