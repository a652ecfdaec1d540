/* Tests of reading the firmware's tables, on tables made by hand: what is right in them, and all that can be wrong. */
#include "madt.h"

#include "acpi.h"
#include "acpi_make.h"
#include "test.h"

static struct madt_cores cores;

/* --- making an MADT ------------------------------------------------------------------------------------------- */

static void
table_begin(void)
{
    acpi_begin("APIC", MADT_ENTRIES);
}

static void
local_put(uint8_t id, uint32_t flags)
{
    uint8_t *entry = entry_put(MADT_TYPE_LOCAL, MADT_LOCAL_BYTES);
    entry[2] = (uint8_t)(id + 7); /* the firmware's own number, which means nothing here */
    entry[MADT_LOCAL_ID] = id;
    number_put(entry + MADT_LOCAL_FLAGS, flags, 4);
}

static void
x2apic_put(uint32_t id, uint32_t flags)
{
    uint8_t *entry = entry_put(MADT_TYPE_X2APIC, MADT_X2APIC_BYTES);
    number_put(entry + MADT_X2APIC_ID, id, 4);
    number_put(entry + MADT_X2APIC_FLAGS, flags, 4);
}

static const char *
table_read(void)
{
    acpi_end();
    return madt_read(table, table_bytes, &cores);
}

static void
check_listed(uint32_t count, const uint8_t *ids)
{
    check_equal(count, cores.count);
    for (uint32_t i = 0; i < count; i++)
        check_equal(ids[i], cores.apic_id[i]);
}

/* --- what is right -------------------------------------------------------------------------------------------- */

/* In the firmware's order, whatever stands between. */
TEST(madt_lists)
{
    table_begin();
    entry_put(1, 12); /* an I/O APIC */
    local_put(4, MADT_FLAG_ENABLED);
    local_put(0, MADT_FLAG_ENABLED | MADT_FLAG_CAN_BE_MADE);
    entry_put(200, 2); /* of a revision to come */
    x2apic_put(17, MADT_FLAG_ENABLED);
    local_put(254, MADT_FLAG_ENABLED);
    check(table_read() == NULL);
    check_listed(4, (uint8_t[]){4, 0, 17, 254});
    check_equal(0, cores.beyond);
}

/* Absent cores are not listed, nor those that could be put in. */
TEST(madt_flags)
{
    table_begin();
    local_put(0, MADT_FLAG_ENABLED);
    local_put(1, 0);
    local_put(2, MADT_FLAG_CAN_BE_MADE);
    x2apic_put(3, MADT_FLAG_CAN_BE_MADE);
    x2apic_put(4, 0);
    local_put(255, 0);
    check(table_read() == NULL);
    check_listed(1, (uint8_t[]){0});
}

TEST(madt_duplicates)
{
    table_begin();
    local_put(3, MADT_FLAG_ENABLED);
    local_put(5, MADT_FLAG_ENABLED);
    local_put(3, MADT_FLAG_ENABLED);
    x2apic_put(5, MADT_FLAG_ENABLED);
    check(table_read() == NULL);
    check_listed(2, (uint8_t[]){3, 5});
}

/* Ids that no message can name are counted. */
TEST(madt_beyond)
{
    table_begin();
    local_put(255, MADT_FLAG_ENABLED);
    x2apic_put(255, MADT_FLAG_ENABLED);
    x2apic_put(256, MADT_FLAG_ENABLED);
    x2apic_put(0xfffffffe, MADT_FLAG_ENABLED);
    x2apic_put(1000, 0);
    x2apic_put(254, MADT_FLAG_ENABLED);
    check(table_read() == NULL);
    check_listed(1, (uint8_t[]){254});
    check_equal(3, cores.beyond);
}

/* All ids there are, twice: the list holds them. */
TEST(madt_full)
{
    table_begin();
    for (unsigned id = 0; id <= 2 * APIC_ID_MOST; id++)
        local_put((uint8_t)id, MADT_FLAG_ENABLED);
    check(table_bytes <= sizeof table);
    check(table_read() == NULL);
    check_equal(APIC_ID_MOST + 1, cores.count);
}

/* --- what is wrong -------------------------------------------------------------------------------------------- */

static void
table_make(void)
{
    table_begin();
    local_put(0, MADT_FLAG_ENABLED);
    local_put(1, MADT_FLAG_ENABLED);
}

static void
check_broken(const char *wrong)
{
    check(wrong != NULL);
    check_equal(0, cores.count);
}

TEST(madt_broken_head)
{
    table_make();
    table[0] = 'a';
    check_broken(table_read());
    table_make();
    table[ACPI_REVISION] = 0;
    check_broken(table_read());
    table_make();
    check(table_read() == NULL);
    table[SUM_AT]++;
    check_broken(madt_read(table, table_bytes, &cores));
    table_make();
    table_read();
    number_put(table + ACPI_LENGTH, 20, 4);
    sum_put(table, 20, SUM_AT);
    check_broken(madt_read(table, table_bytes, &cores));
}

/* Cut off anywhere, with a length that promises more. */
TEST(madt_truncated)
{
    table_make();
    check(table_read() == NULL);
    for (size_t bytes = 0; bytes < table_bytes; bytes++)
        check_broken(madt_read(table, bytes, &cores));
}

/* Cut off within an entry, with a length and a sum that fit; lengths of 0 would go round for ever. */
TEST(madt_broken_entries)
{
    for (size_t cut = 1; cut < MADT_LOCAL_BYTES; cut++) {
        table_make();
        table_bytes -= cut;
        check_broken(table_read());
    }
    for (uint8_t length = 0; length < MADT_X2APIC_BYTES; length++) {
        table_make();
        x2apic_put(2, MADT_FLAG_ENABLED);
        table[table_bytes - MADT_X2APIC_BYTES + 1] = length;
        check_broken(table_read());
    }
    table_make();
    entry_put(1, 12)[1] = 13;
    check_broken(table_read());
}

/* Random bytes behind a good head, whose sum is right: whatever they say, the list is one that can be. */
TEST(madt_random)
{
    unsigned good = 0;
    for (unsigned round = 0; round < 20000; round++) {
        table_begin();
        acpi_put_random(12, 16);
        good += table_read() == NULL;
        check(cores.count <= APIC_ID_MOST + 1);
        for (uint32_t i = 0; i < cores.count; i++) {
            check(cores.apic_id[i] <= APIC_ID_MOST);
            for (uint32_t j = 0; j < i; j++)
                check(cores.apic_id[i] != cores.apic_id[j]);
        }
    }
    check(good > 100);
}

/* --- the way to it -------------------------------------------------------------------------------------------- */

/* A firmware's memory, whose addresses are those of these bytes less BASE's; nothing else can be mapped. */
#define BASE     0x7fe0000ul
#define ROOT_AT  0x100ul
#define MADT_AT  0x400ul
#define OTHER_AT 0x300ul

static uint8_t firmware[4096];
static uint8_t rsdp[36];

static const void *
map_firmware(paddr_t start, uint64_t bytes)
{
    if (start < BASE || start - BASE > sizeof firmware || bytes > sizeof firmware - (start - BASE))
        return NULL;
    return firmware + (start - BASE);
}

static void
header_put(size_t at, const char *signature, size_t bytes)
{
    memcpy(firmware + at, signature, 4);
    number_put(firmware + at + ACPI_LENGTH, bytes, 4);
    sum_put(firmware + at, bytes, SUM_AT);
}

/* Root pointer, root table with two entries (of `size` bytes each), a table of another kind, an MADT of 60 bytes. */
static void
firmware_make(unsigned size)
{
    memset(firmware, 0, sizeof firmware);
    memset(rsdp, 0, sizeof rsdp);
    memcpy(rsdp, "RSD PTR ", 8);
    rsdp[15] = size == 8 ? 2 : 0;
    number_put(rsdp + 16, size == 8 ? 0 : BASE + ROOT_AT, 4);
    number_put(rsdp + 20, sizeof rsdp, 4);
    number_put(rsdp + 24, size == 8 ? BASE + ROOT_AT : 0, 8);
    sum_put(rsdp, 20, 8);
    sum_put(rsdp, sizeof rsdp, 32);
    header_put(OTHER_AT, "FACP", 40);
    header_put(MADT_AT, "APIC", 60);
    number_put(firmware + ROOT_AT + ACPI_HEADER_BYTES, BASE + OTHER_AT, size);
    number_put(firmware + ROOT_AT + ACPI_HEADER_BYTES + size, BASE + MADT_AT, size);
    header_put(ROOT_AT, size == 8 ? "XSDT" : "RSDT", ACPI_HEADER_BYTES + 2 * size);
}

static const void *
firmware_find(size_t rsdp_bytes)
{
    uint32_t length = 0;
    const char *wrong = NULL;
    const void *found = acpi_find(rsdp, rsdp_bytes, "APIC", map_firmware, &length, &wrong);
    if (found != NULL)
        check_equal(60, length);
    else
        check(wrong != NULL);
    return found;
}

TEST(acpi_finds)
{
    firmware_make(4);
    check_equal(firmware + MADT_AT, firmware_find(20));
    check_equal(firmware + MADT_AT, firmware_find(sizeof rsdp));
    firmware_make(8);
    check_equal(firmware + MADT_AT, firmware_find(sizeof rsdp));
}

/* A table that lies where nothing can be read is passed over, if it is not the one. */
TEST(acpi_broken)
{
    firmware_make(8);
    for (size_t bytes = 0; bytes < 36; bytes++)
        check(firmware_find(bytes) == NULL); /* the table of addresses of 4 bytes is not there */
    for (unsigned i = 0; i < sizeof rsdp; i++) {
        firmware_make(4);
        rsdp[i] ^= 0x40; /* beyond its 20 bytes it does not matter: revision 0 has no more */
        check_equal(i < 20, firmware_find(sizeof rsdp) == NULL);
    }
    firmware_make(4);
    number_put(firmware + ROOT_AT + ACPI_HEADER_BYTES, 0xfffffff0, 4);
    header_put(ROOT_AT, "RSDT", ACPI_HEADER_BYTES + 8);
    check_equal(firmware + MADT_AT, firmware_find(20));
    number_put(firmware + MADT_AT + ACPI_LENGTH, sizeof firmware, 4); /* reaches beyond what can be read */
    check(firmware_find(20) == NULL);
    number_put(firmware + MADT_AT + ACPI_LENGTH, ACPI_HEADER_BYTES - 1, 4);
    check(firmware_find(20) == NULL);
    firmware_make(4);
    firmware[ROOT_AT + SUM_AT]++;
    check(firmware_find(20) == NULL);
    firmware_make(4);
    header_put(ROOT_AT, "RSDT", ACPI_HEADER_BYTES + 7); /* the second address is cut */
    check(firmware_find(20) == NULL);
    firmware_make(4);
    memcpy(firmware + MADT_AT, "PICA", 4);
    check(firmware_find(20) == NULL);
}

/* Any bytes at all, root pointer and tables: found or not, nothing outside is read (map_firmware sees to it). */
TEST(acpi_random)
{
    for (unsigned round = 0; round < 20000; round++) {
        firmware_make(round % 2 == 0 ? 4 : 8);
        for (unsigned changes = test_random() % 4; changes > 0; changes--)
            firmware[ROOT_AT + test_random() % 0x340] = random_byte();
        uint32_t length = (uint32_t)acpi_number(firmware + ROOT_AT + ACPI_LENGTH, 4);
        if (length < sizeof firmware - ROOT_AT && length > SUM_AT)
            sum_put(firmware + ROOT_AT, length, SUM_AT);
        const char *wrong;
        const uint8_t *found = acpi_find(rsdp, sizeof rsdp, "APIC", map_firmware, &length, &wrong);
        if (found != NULL) {
            check(found >= firmware && found + length <= firmware + sizeof firmware);
            madt_read(found, length, &cores);
        }
    }
}
