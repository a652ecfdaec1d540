/* The local interrupt controller of each core (xAPIC). SDM vol. 3A, chapter 11. */
#ifndef COREY_APIC_H
#define COREY_APIC_H

#include "types.h"

/* Ends the interrupt that is being served. */
void apic_acknowledge(void);

/* Has VECTOR_TIMER come once, `ticks` of clock_ticks() from now; earlier, when the counter does not hold so many:
 * whoever counts on it looks at the clock and sets it again. 0 turns it off. */
void apic_timer_set(uint64_t ticks);

/* Measures the timer against clock_ticks() over `ticks`; once, before apic_timer_set. */
void apic_timer_calibrate(uint64_t ticks);

/* What an interrupt to another core says: SDM vol. 3A, figure 11-12. The vector, or the page of the first instruction,
 * stands in the low byte. */
enum apic_message {
    APIC_VECTOR = 0x4000,  /* an interrupt with this vector */
    APIC_NMI = 0x4400,     /* a trap that nothing keeps back */
    APIC_INIT = 0x4500,    /* reset, and wait for APIC_STARTUP */
    APIC_STARTUP = 0x4600, /* begin in real mode at low byte * 4096 */
};

/* Sends it to the core that the processor calls `id`, at most 254; returns when the controller has taken it. */
void apic_send(uint32_t id, uint32_t message);

/* The processor's own name of this core. */
uint32_t apic_id(void);

#endif
