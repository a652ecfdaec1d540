/* Finding a table of the firmware's. ACPI 6.4, 5.2.5 to 5.2.8. */
#include "acpi.h"

#include "acpi_table.h"
#include "boot_info.h"
#include "paging.h"

/* The root pointer: table 5.3. Revision 0 ends after 20 bytes. */
#define RSDP_REVISION  15
#define RSDP_RSDT      16 /* 4 bytes */
#define RSDP_OLD_BYTES 20
#define RSDP_XSDT      24 /* 8 bytes */
#define RSDP_BYTES     36
#define RSDP_HAS_XSDT  2 /* revisions from this on */

const void *
acpi_map(paddr_t start, uint64_t bytes)
{
    for (uint32_t i = 0; i < boot.map_count; i++) {
        const struct memory_entry *entry = &boot.map[i];
        uint64_t in_front = start - entry->start; /* in the entry */
        if (start >= entry->start && in_front < entry->length && bytes <= entry->length - in_front)
            return firmware_map(start, bytes);
    }
    return NULL;
}

/* Maps a whole table: its header first, which says how long it is. */
static const uint8_t *
acpi_map_table(paddr_t start, acpi_map_function *map, uint32_t *length)
{
    const uint8_t *header = map(start, ACPI_HEADER_BYTES);
    if (header == NULL)
        return NULL;
    *length = acpi_number(header + ACPI_LENGTH, 4);
    if (*length < ACPI_HEADER_BYTES || *length > ACPI_TABLE_MOST)
        return NULL;
    return map(start, *length);
}

/* Where the root table lies, and how many bytes its addresses have; 0: the root pointer is broken. */
static paddr_t
acpi_root(const uint8_t *rsdp, size_t bytes, unsigned *address_bytes)
{
    if (bytes < RSDP_OLD_BYTES || memcmp(rsdp, "RSD PTR ", 8) != 0 ||
        !acpi_sum_is_right(rsdp, RSDP_OLD_BYTES))
        return 0;
    paddr_t xsdt = 0;
    if (rsdp[RSDP_REVISION] >= RSDP_HAS_XSDT && bytes >= RSDP_BYTES && acpi_sum_is_right(rsdp, RSDP_BYTES))
        xsdt = acpi_address(rsdp + RSDP_XSDT);
    *address_bytes = xsdt != 0 ? 8 : 4;
    return xsdt != 0 ? xsdt : acpi_number(rsdp + RSDP_RSDT, 4);
}

const void *
acpi_find(const uint8_t *rsdp, size_t bytes, const char *signature, acpi_map_function *map, uint32_t *length,
          const char **wrong)
{
    unsigned size;
    paddr_t start = acpi_root(rsdp, bytes, &size);
    *wrong = "no root pointer, or a broken one";
    if (start == 0)
        return NULL;
    uint32_t root_length;
    const uint8_t *root = acpi_map_table(start, map, &root_length);
    *wrong = "the root table cannot be read";
    if (root == NULL || memcmp(root, size == 8 ? "XSDT" : "RSDT", 4) != 0)
        return NULL;
    *wrong = "the root table's checksum is wrong";
    if (!acpi_sum_is_right(root, root_length))
        return NULL;

    *wrong = "the root table does not list it";
    for (uint32_t at = ACPI_HEADER_BYTES; root_length - at >= size; at += size) {
        start = size == 8 ? acpi_address(root + at) : acpi_number(root + at, 4);
        const uint8_t *header = map(start, ACPI_HEADER_BYTES);
        if (header == NULL || memcmp(header, signature, 4) != 0)
            continue;
        *wrong = "it cannot be read";
        return acpi_map_table(start, map, length);
    }
    return NULL;
}
