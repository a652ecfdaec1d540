/* Lines that devices write, which no instruction does: caches lose them. */
#ifndef MANYCORE_DMA_H
#define MANYCORE_DMA_H

#include <stdbool.h>
#include <stdint.h>

/* From here on the writes of the machine's PCI devices are seen. False: this QEMU has not what that takes, and so said.
 * Called by the processor that runs, in a callback that does not hold QEMU's lock. */
bool dma_watch(void);

extern bool dma_waits; /* atomic: devices have written since dma_take */

/* Whoever has them loses the lines that devices have written. Called by the thread of the processors; `now` is when. */
void dma_take(uint64_t now);

/* The same, if there are any. */
static inline void
dma_look(uint64_t now)
{
    if (__atomic_load_n(&dma_waits, __ATOMIC_ACQUIRE)) /* the list is as long by then (partner: line_note) */
        dma_take(now);
}

#endif
