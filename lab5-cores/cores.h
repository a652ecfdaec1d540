/* The cores that the firmware lists, and their start. The command line says `cores=N`, at most N in all, or
 * `cores=all`; without it the kernel stays on one, and does not look for others. */
#ifndef COREY_CORES_H
#define COREY_CORES_H

#include "madt.h"

/* Filled at stage 49, from ACPI's MADT; empty where that is broken, or nobody has asked for cores. */
extern struct madt_cores cores_listed;

#endif
