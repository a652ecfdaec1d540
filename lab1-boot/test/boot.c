/* Tests of 1.1: what the way from 32-bit mode must have left behind. */
#include "boot_info.h"
#include "machine.h"
#include "paging.h"
#include "test.h"

#define EFER_LME (1u << 8)
#define EFER_LMA (1u << 10)

TEST_EARLY(boot_long_mode)
{
    uint64_t efer = msr_read(MSR_EFER);
    check(efer & EFER_LME);
    check(efer & EFER_LMA);
    check_equal(8, sizeof(void *));
}

/* Without NXE bit 63 of an entry is reserved: the kernel's own tables would fault at the first access. */
TEST_EARLY(boot_no_execute)
{
    check(msr_read(MSR_EFER) & EFER_NXE);
}

TEST_EARLY(boot_high_half)
{
    uint64_t here;
    __asm__("lea (%%rip), %0" : "=r"(here));
    check(here >= KERNEL_BASE);
    check(here >= (uint64_t)text_start && here < (uint64_t)text_end);
    check_equal(physical(kernel_root), cr3_read()); /* the tables of entry.asm are left behind */
}

TEST(boot_info)
{
    check_equal(BOOT_MAGIC, boot.magic);
    check(boot.map_count > 0);
    uint64_t ram = 0;
    for (uint32_t i = 0; i < boot.map_count; i++)
        if (boot.map[i].type == MEMORY_RAM)
            ram += boot.map[i].length;
    check(ram >= 60ul << 20); /* the smallest machine has 64 MiB */
    for (uint32_t i = 0; i < boot.module_count; i++) {
        check_equal(0, boot.module[i].start % PAGE_SIZE);
        check(boot_module_find(boot.module[i].name) != NULL);
    }
    check(boot_module_find("no such module") == NULL);
}
