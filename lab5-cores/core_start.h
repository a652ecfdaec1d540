/* Exercise 5.1: starting the other cores ("application processors"). SDM vol. 3A, 9.4.
 *
 * A core that the firmware has left waiting does nothing until this one sends it messages: APIC_INIT resets it, and
 * APIC_STARTUP has it begin, in real mode, at the start of a page below 1 MiB. That page holds the trampoline
 * (given/trampoline.asm), which brings the core to its stack in the kernel:
 *
 *     this core                                   the other
 *     core_prepare: memory, state := asked
 *     INIT, 10 ms, STARTUP            ───────▶    trampoline, long mode (your 1.1)
 *     core_has_arrived, else once more            state: asked -> arrived, or stop for ever
 *     core_join: waits, counts it     ◀───────    its own tables, EACH_CORE's steps; state := up; idle
 *
 * S1  A message says nothing about the core that it went to: only its state does. A core that does not exist takes
 *     messages, too.
 * S2  Arriving and being given up exclude each other: both change `state` from asked by compare-and-swap. A core that
 *     comes too late stops in the trampoline and touches nothing else, so its memory may serve another.
 * S3  A core that has arrived is waited for without limit. It counts, and has its index, only when it is up: so
 *     indices are dense, whatever the cores' APIC ids are, and whoever is missing among them. */
#ifndef COREY_CORE_START_H
#define COREY_CORE_START_H

#include "madt.h"
#include "types.h"

/* --- exercise 5.1 ------------------------------------------------------------------------------------------- */

/* Starts the cores that are listed, one after another, but this one, until `most` are up in all or the list is at
 * its end. For each: prepare it, INIT, wait INIT_TICKS; STARTUP with start_page, and where it has not arrived within
 * STARTUP_TICKS, once more; where it has not arrived LATE_TICKS after that, give it up, else join it. One that cannot
 * be prepared is left out. Start-up, on core 0. */
void core_start(const struct madt_cores *listed, uint32_t most);

/* --- given -------------------------------------------------------------------------------------------------- */

#define INIT_TICKS    (clock_frequency / 100)    /* 10 ms: SDM vol. 3A, 9.4.4.1, step 15 */
#define STARTUP_TICKS (clock_frequency / 5000)   /* 200 us */
#define LATE_TICKS    (clock_frequency / 10 * 9) /* long, for a virtual core that the host does not let run */

/* Number of the page with the trampoline: the low byte of APIC_STARTUP. */
extern uint8_t start_page;

/* Makes what the core will have for itself; from then on it may arrive. False, with a line on the console: there is no
 * memory left for it. */
bool core_prepare(uint32_t apic_id);

/* Waits until the core has arrived or so many ticks are over; returns whether it has. */
bool core_arrives_within(uint32_t apic_id, uint64_t ticks);

/* Gives up a core that was prepared, with a line on the console: from then on it cannot arrive. False: it just has. */
bool core_give_up(uint32_t apic_id);

/* Waits until the core, which has arrived, is up, and counts it. */
void core_join(uint32_t apic_id);

/* Waits so many ticks of clock_ticks(). */
void clock_wait(uint64_t ticks);

#endif
