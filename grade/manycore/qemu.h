/* What the simulator needs of QEMU and the interface for plugins does not offer: its turns, its clocks, the guest's
 * registers and memory. All of it are functions and variables that QEMU exports for its own modules; one that the
 * QEMU at hand lacks is named, and nothing begins. */
#ifndef MANYCORE_QEMU_H
#define MANYCORE_QEMU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The processor whose code this thread runs; QEMU's own variable. The index that callbacks get is wrong in QEMU 10. */
extern __thread void *current_cpu __attribute__((tls_model("initial-exec")));

/* Whether all is there; says what is not. Called once, before all others. */
bool qemu_find(void);

/* Number of the processor that runs here. Slow. */
unsigned qemu_cpu_index(unsigned count);

/* The turn of the processor that runs here ends with the block of code that it is about to run. */
void qemu_turn_end(void);

/* A register by its number in gdb's order. Only in a callback that may read registers. */
#define QEMU_CR0 27
#define QEMU_CR3 29
uint64_t qemu_register(unsigned index, unsigned number);

/* QEMU's own lock, under which devices are changed. Not in a callback that has it already. */
void qemu_lock(void);
void qemu_unlock(void);

void qemu_memory_read(uint64_t physical, void *to, size_t bytes);

/* Whether the machine has been told to end. Not in a callback that has QEMU's lock. */
bool qemu_ends(void);

/* Stops QEMU's clock, which stands at `now` from here on. False: it is kept where we do not find it, and so said. */
bool qemu_clock_take(int64_t now);

/* Sets the guest's clock (nanoseconds) forward and runs the timers that are due. No callback may be running that holds
 * QEMU's lock. */
void qemu_clock_set(int64_t now);

/* What the guest reads as its time stamp counter until it is set anew. */
void qemu_ticks_set(int64_t ticks);

/* Moves the clock to the next timer if every processor is halted and a timer runs; `skipped` learns of it before
 * anybody wakes. From a thread of its own. */
void qemu_clock_skip_idle(void (*skipped)(int64_t now));

#endif
