/* Touching a page that programs may see: what faults, copies to ring 3 and pins do. */
#ifndef COREY_SEGMENT_TOUCH_H
#define COREY_SEGMENT_TOUCH_H

#include "segment.h"

/* segment_page; and where that will put another page in the place of the one that is there (a copy is broken), every
 * table entry that shows the old page is cleared and flushed first (segment_clear_mappings). Lock held, those of trees
 * not. Results as segment_page; after an error the entries are missing, until faults bring them back. */
int segment_touch(struct segment *segment, uint64_t index, enum access access, struct page **out);

#endif
