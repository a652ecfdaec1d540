/* The cores that the firmware lists, the memory that it says is near each, and their start. The command line says
 * `cores=N`, at most N in all, or `cores=all`; without it the kernel stays on one, and does not look for others. */
#ifndef COREY_CORES_H
#define COREY_CORES_H

#include "madt.h"
#include "srat.h"

/* Filled at stage 49, from ACPI's MADT; empty where that is broken, or nobody has asked for cores. */
extern struct madt_cores cores_listed;

/* Filled at the same stage, from ACPI's SRAT; all zeros where there is none, as of machines with one node, or a broken
 * one. */
extern struct srat nodes_listed;

#endif
