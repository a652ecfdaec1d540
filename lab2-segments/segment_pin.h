/* Pins: pages of a segment that something outside the page tables touches, such as a device.
 *
 * A pinned page is present and the segment's own, and stays at its frame: a copy of a segment that has pins copies
 * eagerly, whatever the mode, and a shrink below the end of the pinned pages is E_BUSY. Who pins holds the
 * segment. */
#ifndef COREY_SEGMENT_PIN_H
#define COREY_SEGMENT_PIN_H

#include "segment.h"

/* Makes pages [first, first + count) present and the segment's alone, and pins them. Lock not held.
 * E_INVAL: beyond the end. E_PERM: read-only. E_NOMEM, E_AGAIN: nothing pinned. */
int segment_pin(struct segment *segment, uint64_t first, uint64_t count);

/* Takes back one such call. Lock not held. */
void segment_unpin(struct segment *segment, uint64_t first, uint64_t count);

#endif
