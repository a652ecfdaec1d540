/* Start-up steps: what a lab does once at boot, and what each core does once for itself, registered where they stand.
 *
 * Start-up steps run on core 0 in the order of their stage, after the page lists exist, interrupts off. The steps of
 * each core run on that core before anything else: on core 0 before the start-up steps, on another while it comes up
 * and core 0 waits for it (lab 5). */
#ifndef COREY_STARTUP_H
#define COREY_STARTUP_H

#include "table.h"

typedef void startup_function(void);

/* Stages, as two digits: 10 memory (slabs), 20 objects, 30 trees and ring 3, 50 cores, 60 devices. */
#define STARTUP(stage, name)                                                                                 \
    static void startup_##name(void);                                                                        \
    TABLE_ENTRY(startup, stage, startup_function, name, startup_##name);                                     \
    static void startup_##name(void)

TABLE(startup, startup_function);

/* The same stages. Sets what the processor keeps for each core: control registers, its interrupt controller. */
#define EACH_CORE(stage, name)                                                                               \
    static void each_core_##name(void);                                                                      \
    TABLE_ENTRY(each_core, stage, startup_function, name, each_core_##name);                                 \
    static void each_core_##name(void)

TABLE(each_core, startup_function);

/* Runs the programs that `run=` asks for, a name and its arguments each, with ';' between two of them, one after
 * another, and ends the machine: well when all of them ended well. Until lab 4 there are none (weak default). */
__attribute__((noreturn)) void program_command_run(const char *line);

/* With neither a test nor a program asked for: runs the program `init` until it ends, where the image has one. Until
 * lab 4 there are none (weak default). */
void program_init_run(void);

#endif
