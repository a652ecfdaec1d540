/* What core_stat copies out. */
#ifndef COREY_CORE_STATUS_H
#define COREY_CORE_STATUS_H

#include <stdint.h>

enum core_condition {
    CORE_FREE = 0,     /* claimed, and no program has run there since */
    CORE_RUNNING = 1,  /* in ring 3, or in a call or trap of its program */
    CORE_SLEEPING = 2, /* its program sleeps */
    CORE_HALTED = 3,   /* its program is over; root and shares are given up */
};

struct core_status {
    uint64_t id;
    uint64_t index;     /* 0 to the machine's cores - 1: what a `memory` argument names */
    uint64_t apic_id;   /* the processor's own name of it */
    uint64_t condition; /* enum core_condition */
    uint64_t run;       /* number of its program, counted over the machine's life; 0: none yet */
    /* how its last program ended; reason 0: none has (enum end_reason, trap_area.h) */
    uint64_t reason;
    int64_t status; /* of core_exit; or the trap's vector */
    uint64_t error, address, rip;
};

#endif
