/* How the kernel gets its other cores at start-up. */
#include "cores.h"

#include "acpi.h"
#include "boot_info.h"
#include "console.h"
#include "core_arrival.h"
#include "core_start.h"
#include "machine.h"
#include "page.h"
#include "page_slices.h"
#include "paging.h"
#include "result.h"
#include "startup.h"
#include "timer.h"

#define REAL_MODE_END (1ul << 20) /* where a core in real mode begins lies below */

struct madt_cores cores_listed;
struct srat nodes_listed;

/* How many cores the command line asks for. */
static uint32_t
cores_wanted(void)
{
    char word[16];
    uint32_t wanted = 0;
    if (command_value("cores", word, sizeof word) == NULL)
        return 1;
    if (strcmp(word, "all") == 0)
        return CORE_MAX;
    for (const char *digit = word; *digit >= '0' && *digit <= '9'; digit++)
        wanted = (uint32_t)minimum(wanted * 10 + (uint32_t)(*digit - '0'), CORE_MAX);
    return wanted;
}

STARTUP(49, madt)
{
    if (cores_wanted() <= 1)
        return;
    uint32_t length;
    const char *wrong;
    const void *madt = acpi_find(boot.rsdp, boot.rsdp_bytes, "APIC", acpi_map, &length, &wrong);
    if (madt != NULL)
        wrong = madt_read(madt, length, &cores_listed);
    if (wrong != NULL)
        console_print("the firmware's list of cores (ACPI's MADT) is of no use: %s; one core\n", wrong);
    if (cores_listed.beyond > 0)
        console_print("%u cores have APIC ids over %u: left out\n", cores_listed.beyond, APIC_ID_MOST);
}

STARTUP(49, srat)
{
    uint32_t length;
    const char *wrong;
    const void *srat = acpi_find(boot.rsdp, boot.rsdp_bytes, "SRAT", acpi_map, &length, &wrong);
    if (srat == NULL) /* most machines with one node have none */
        return;
    wrong = srat_read(srat, length, &nodes_listed);
    if (wrong != NULL)
        console_print("what the firmware says of nodes (ACPI's SRAT) is of no use: %s\n", wrong);
}

/* Puts the trampoline where a core in real mode can begin; false, with a line on the console: there is no such page. */
static bool
trampoline_place(void)
{
    struct page *page = page_alloc_below(REAL_MODE_END, PAGE_KERNEL);
    if (page == NULL) {
        console_print("no page below 1 MiB for other cores to begin at\n");
        return false;
    }
    memcpy(page_bytes(page), trampoline, (size_t)(trampoline_end - trampoline));
    start_page = (uint8_t)(page_address(page) >> PAGE_SHIFT);
    *(void (**)(void))direct((paddr_t)&boot_next) = core_arrive; /* linked at its physical address */
    return true;
}

STARTUP(50, cores)
{
    uint32_t wanted = cores_wanted();
    if (wanted <= 1)
        return;
    uint64_t start = clock_ticks();
    if (cores_listed.count > 0 && trampoline_place())
        core_start(&cores_listed, wanted);
    page_slices_deal(&nodes_listed);
    console_print("%u cores after %lu ms\n", core_count, (clock_ticks() - start) / (clock_frequency / 1000));
}
