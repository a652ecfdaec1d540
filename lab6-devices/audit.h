/* The audit: recounts who owns each page and block, from the structures alone, and compares with the counters.
 *
 * B1  Each page is on its home's free list once, or has as many references as lead to it.
 * B2  Each used block of a slab is reached, and by one structure only.
 * B3  Each object and account has as many references as lead to it.
 * B4  Each account has spent what the things that are charged to it cost.
 * B5  Each entry of a leaf table names the page that its segment has there.
 * First limbo is drained: what still waits there belongs to nobody. */
#ifndef COREY_AUDIT_H
#define COREY_AUDIT_H

#include "device_abi.h"
#include "types.h"

/* Counts the mismatches, prints the first few on the console, and fills *audit; returns their number. Crosses: what
 * the caller has looked up and not held is gone. No locks held; references that a caller holds for itself are
 * mismatches. The other cores stand still. */
uint64_t audit_run(struct books_audit *audit);

#endif
