/* Interrupts from core to core. One carries no message: what is wanted stands in the other's `orders` and `want`, and
 * it looks there on its way out of the kernel, into which the interrupt has brought it. */
#include "apic.h"
#include "core_flush.h"
#include "trap.h"

PER_CORE struct core_counts core_counts;

void
core_interrupt(uint32_t index)
{
    CORE_OWN(core_counts)->interrupted++;
    apic_send(CORE_AT(index, core_words)->apic_id, APIC_VECTOR | VECTOR_CROSS);
}

TRAP_HANDLER(50, cross, VECTOR_CROSS)
{
    (void)frame;
    apic_acknowledge();
    return true;
}
