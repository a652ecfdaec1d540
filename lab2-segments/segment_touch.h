/* Touching a page that programs may see: what faults, copies to ring 3 and pins do. */
#ifndef COREY_SEGMENT_TOUCH_H
#define COREY_SEGMENT_TOUCH_H

#include "segment.h"

/* segment_page; and where that will put another page in the place of the one that is there (a copy is broken), every
 * table entry that shows the old page is cleared and flushed first (segment_clear_page). Lock held, those of trees
 * not. Results as segment_page; after an error the entries are missing, until faults bring them back. */
int segment_touch(struct segment *segment, uint64_t index, enum access access, struct page **out);

/* Lab 4 (the weak default until then does nothing): clears every entry that shows this page of the segment,
 * and flushes. Lock held. */
void segment_clear_page(struct segment *segment, uint64_t index);

#endif
