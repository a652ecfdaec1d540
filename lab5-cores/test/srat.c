/* Tests of reading what the firmware says of nodes, on tables made by hand. What all tables have in common, and how
 * one is found, is tested with the MADT. */
#include "srat.h"

#include "acpi_make.h"
#include "test.h"

static struct srat srat;

static void
local_put(uint8_t id, uint32_t node, uint32_t flags)
{
    uint8_t *entry = entry_put(SRAT_TYPE_LOCAL, SRAT_LOCAL_BYTES);
    entry[SRAT_LOCAL_ID] = id;
    entry[SRAT_LOCAL_NODE] = (uint8_t)node;
    number_put(entry + SRAT_LOCAL_HIGH, node >> 8, 3);
    number_put(entry + SRAT_LOCAL_FLAGS, flags, 4);
}

static void
x2apic_put(uint32_t id, uint32_t node, uint32_t flags)
{
    uint8_t *entry = entry_put(SRAT_TYPE_X2APIC, SRAT_X2APIC_BYTES);
    number_put(entry + SRAT_X2APIC_ID, id, 4);
    number_put(entry + SRAT_X2APIC_NODE, node, 4);
    number_put(entry + SRAT_X2APIC_FLAGS, flags, 4);
}

static void
memory_put(paddr_t start, uint32_t node, uint32_t flags)
{
    uint8_t *entry = entry_put(SRAT_TYPE_MEMORY, SRAT_MEMORY_BYTES);
    number_put(entry + SRAT_MEMORY_START, start, 8);
    number_put(entry + SRAT_MEMORY_NODE, node, 4);
    number_put(entry + SRAT_MEMORY_FLAGS, flags, 4);
}

static const char *
table_read(void)
{
    acpi_end();
    return srat_read(table, table_bytes, &srat);
}

static void
check_range(uint32_t i, paddr_t start, uint32_t node)
{
    check_equal(start, srat.range[i].start);
    check_equal(node, srat.range[i].node);
}

/* Cores and memory of all kinds, whatever stands between; what is not enabled is not there. */
TEST(srat_says)
{
    acpi_begin("SRAT", SRAT_ENTRIES);
    memory_put(0, 0, SRAT_FLAG_ENABLED);
    memory_put(0x10, 8, 2); /* where memory may be put in */
    entry_put(200, 2);      /* of a revision to come */
    memory_put(0x123456789000, 0x89abcdef, SRAT_FLAG_ENABLED);
    local_put(3, 0x12345678, SRAT_FLAG_ENABLED);
    local_put(4, 5, 0);
    x2apic_put(254, 0x89abcdef, SRAT_FLAG_ENABLED);
    x2apic_put(255, 5, SRAT_FLAG_ENABLED); /* which no message can name */
    x2apic_put(6, 5, 0);
    check(table_read() == NULL);
    check_equal(2, srat.count);
    check_range(0, 0, 0);
    check_range(1, 0x123456789000, 0x89abcdef);
    for (uint32_t id = 0; id <= APIC_ID_MOST; id++)
        check_equal(id == 3 ? 0x12345678 : id == 254 ? 0x89abcdef : 0, srat.node[id]);
}

TEST(srat_order)
{
    static const uint8_t starts[] = {5, 1, 9, 0, 7, 3};
    acpi_begin("SRAT", SRAT_ENTRIES);
    for (unsigned i = 0; i < sizeof starts; i++)
        memory_put(starts[i], starts[i] + 100u, SRAT_FLAG_ENABLED);
    check(table_read() == NULL);
    check_equal(sizeof starts, srat.count);
    for (unsigned i = 0; i < sizeof starts; i++)
        check_range(i, (uint64_t[]){0, 1, 3, 5, 7, 9}[i], (uint32_t[]){100, 101, 103, 105, 107, 109}[i]);
}

/* More ranges than can be told apart. */
TEST(srat_full)
{
    acpi_begin("SRAT", SRAT_ENTRIES);
    for (unsigned i = 0; i < SRAT_RANGES_MOST + 2; i++)
        memory_put(i, i, SRAT_FLAG_ENABLED);
    check(table_read() == NULL);
    check_equal(SRAT_RANGES_MOST, srat.count);
    for (unsigned i = 0; i < SRAT_RANGES_MOST; i++)
        check_range(i, i, i);
}

static void
check_broken(void)
{
    check(table_read() != NULL);
    check_equal(0, srat.count);
    for (uint32_t id = 0; id <= APIC_ID_MOST; id++)
        check_equal(0, srat.node[id]);
}

/* Cut within the last entry, of each type; and another table. */
TEST(srat_broken)
{
    for (unsigned type = 0; type < 3; type++) {
        for (uint8_t length = 1;; length++) {
            acpi_begin("SRAT", SRAT_ENTRIES);
            memory_put(0, 1, SRAT_FLAG_ENABLED);
            local_put(2, 1, SRAT_FLAG_ENABLED);
            uint8_t whole = (uint8_t[]){SRAT_LOCAL_BYTES, SRAT_MEMORY_BYTES, SRAT_X2APIC_BYTES}[type];
            entry_put((uint8_t)type, length);
            if (length == whole)
                break;
            check_broken();
        }
        check(table_read() == NULL);
    }
    table[0] = 'T';
    check_broken();
}

/* Random bytes behind a good head, whose sum is right: the ranges have an order, whatever they say. */
TEST(srat_random)
{
    unsigned good = 0;
    for (unsigned round = 0; round < 20000; round++) {
        acpi_begin("SRAT", SRAT_ENTRIES);
        acpi_put_random(4, SRAT_MEMORY_BYTES);
        good += table_read() == NULL;
        check(srat.count <= SRAT_RANGES_MOST);
        for (uint32_t i = 1; i < srat.count; i++)
            check(srat.range[i - 1].start <= srat.range[i].start);
    }
    check(good > 100);
}
