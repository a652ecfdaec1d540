/* What this core and one that it starts tell each other, by APIC id; trampoline.asm has the same in assembly. */
#ifndef COREY_CORE_ARRIVAL_H
#define COREY_CORE_ARRIVAL_H

#include "core.h"
#include "madt.h"

enum arrival_state {
    ARRIVAL_NEVER = 0,   /* nobody has asked for this core */
    ARRIVAL_ASKED = 1,   /* it is prepared, and may come */
    ARRIVAL_CAME = 2,    /* it has come, and has its stack */
    ARRIVAL_UP = 3,      /* it has set itself up */
    ARRIVAL_TOO_LATE = 4 /* it was given up */
};

struct core_arrival {
    struct core *core; /* assembly: offset 0 */
    uint64_t state;    /* assembly: offset 8; asked -> came or too late by compare-and-swap (S2) */
};

extern struct core_arrival core_arrivals[APIC_ID_MOST + 1];

/* The trampoline, to be copied, and where a core goes that has left real mode behind. */
extern char trampoline[], trampoline_end[];
extern void (*boot_next)(void); /* lab 1's entry.asm */
void core_arrive(void);

/* Called on the new core, on its own stack, GS set. */
__attribute__((noreturn)) void core_set_up(struct core_arrival *arrival);

#endif
