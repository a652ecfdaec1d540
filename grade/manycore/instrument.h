/* Which instructions and accesses the simulator hears of: in each block of code, when QEMU translates it. */
#ifndef MANYCORE_INSTRUMENT_H
#define MANYCORE_INSTRUMENT_H

#include "plugin.h"

/* The callback of a translation. QEMU translates a block anew whenever it has forgotten it. */
void block_translated(qemu_plugin_id_t id, struct qemu_plugin_tb *translated);

#endif
