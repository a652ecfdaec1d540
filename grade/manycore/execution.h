/* What happens while the guest runs: at each block of code, instruction that matters, and access to memory. These are
 * callbacks of QEMU's, one at a time, as QEMU runs all processors on one thread; access.c has that of accesses,
 * instructions.c those of instructions, and instrument.c says which come when. All are given a number of a processor
 * that is not to be believed (qemu.h, current_cpu). */
#ifndef MANYCORE_EXECUTION_H
#define MANYCORE_EXECUTION_H

#include "profile.h"

/* Whose block ran last, by our structure and by QEMU's; null until the simulation begins. */
extern struct core *here;
extern void *here_cpu;

/* Misses, traps and devices cost what the machine says; else an instruction costs what it does alone. */
extern bool charges;

/* The block begins. Comes before the callbacks of its instructions. */
void block_runs(unsigned vcpu, void *block);

/* The core accesses a device at this site, which may stand within the block that runs there: QEMU 10 stops a block at
 * such an access, unless it is the last of its instructions; executes that one alone, a block of which we hear the
 * access only; and begins a third behind it. Then the first gets back what it has paid for instructions that it did
 * not come to. */
void block_cut(struct core *core, const struct site *site);

/* The instruction at the site has accessed memory: once, or often. */
void memory_touched(unsigned vcpu, uint32_t info, uint64_t address, void *site);

/* An instruction of one of these kinds (decode.h) is about to run; `unused` is null. */
void pause_runs(unsigned vcpu, void *unused);
void halt_runs(unsigned vcpu, void *unused);
void port_runs(unsigned vcpu, void *unused);
void time_read(unsigned vcpu, void *unused);

/* Translations are about to go: all, where `all` is not null also the global ones; or one page's, of which
 * address_pack says where its address is. */
void tables_change(unsigned vcpu, void *all);
void page_forgotten(unsigned vcpu, void *packed);

struct instruction;
void *address_pack(const struct instruction *instruction);

/* A marker, by its number. */
void marker_runs(unsigned vcpu, void *number);

/* The simulation begins with the block whose first instruction this is; misses cost from the next block on. */
void simulation_begin(unsigned vcpu, void *unused);
void charge_begin(unsigned vcpu, void *unused);

/* The guest has ended, and with it the region under way. False: it had before. */
bool execution_end(void);

/* Writes what is reported when the guest has ended, once. In manycore.c. */
void report_write(void);

/* Where code lies that is being translated; NO_PAGE: nobody knows, or the simulation has not begun. */
uint64_t code_place(uint64_t address);

/* The lines in which the block's code lies, from the physical address of its first byte on. */
void block_place(struct block *block, uint64_t physical);

#endif
