/* Boot modules as segments: what programs are made from, and the files that programs read. */
#ifndef COREY_MODULE_H
#define COREY_MODULE_H

#include "boot_info.h"
#include "segment.h"

/* The read-only segment of boot module `index`, below boot.module_count; made at start-up, for good. */
struct segment *module_segment(uint32_t index);

#endif
