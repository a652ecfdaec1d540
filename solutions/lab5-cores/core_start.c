/* Exercise 5.1: starting the other cores. The contract stands in core_start.h. */
#include "core_start.h"

#include "apic.h"
#include "core.h"
#include "hole.h"
#include "timer.h"

void
core_start(const struct madt_cores *listed, uint32_t most)
{
    /* BEGIN 5.1 */
    for (uint32_t i = 0; i < listed->count && core_count < most; i++) {
        uint32_t id = listed->apic_id[i];
        if (id == apic_id() || !core_prepare(id))
            continue;
        apic_send(id, APIC_INIT);
        clock_wait(INIT_TICKS);
        apic_send(id, APIC_STARTUP | start_page);
        if (!core_arrives_within(id, STARTUP_TICKS)) {
            apic_send(id, APIC_STARTUP | start_page);
            if (!core_arrives_within(id, LATE_TICKS) && core_give_up(id))
                continue;
        }
        core_join(id);
    }
    /* END 5.1 */
}
