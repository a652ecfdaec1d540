/* Pins are counted for the whole segment, with the highest end that any of them has had: few segments are pinned, and
 * those are buffers, not copied or cut while they are in use. */
#include "segment_pin.h"

#include "panic.h"
#include "segment_touch.h"

int
segment_pin(struct segment *segment, uint64_t first, uint64_t count)
{
    queue_lock(&segment->object.lock);
    int error = first + count < first || first + count > segment->pages ? E_INVAL : 0;
    for (uint64_t i = first; error == 0 && i < first + count; i++) {
        struct page *page;
        error = segment_touch(segment, i, ACCESS_WRITE, &page);
    }
    if (error == 0) {
        segment->pins++;
        segment->pinned_end = maximum(segment->pinned_end, first + count);
    }
    queue_unlock(&segment->object.lock);
    return error;
}

void
segment_unpin(struct segment *segment, uint64_t first, uint64_t count)
{
    queue_lock(&segment->object.lock);
    assert(segment->pins > 0 && first + count <= segment->pinned_end);
    if (--segment->pins == 0)
        segment->pinned_end = 0;
    queue_unlock(&segment->object.lock);
}
