/* sbrk: the heap that malloc divides up. It is one segment, private to this core, mapped once over a range that is
 * larger than it will ever be; growing it is making the segment longer.
 *
 * Invariant: every page below the heap's end is there. A segment's pages come at the first touch, where a lack of
 * memory would be a fault and the program's end; malloc is to return null instead. So growing asks the kernel to
 * write a byte into each new page: a call that fails says E_NOMEM, and the heap keeps the size that it had. */
#include "heap.h"

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include "again.h"
#include "calls.h"
#include "error_number.h"
#include "start.h"

#define HEAP_BASE  0x100000000000ul
#define HEAP_MOST  (1ul << 36)
#define PAGE_BYTES 4096ul

static uint64_t heap;     /* the segment's handle; 0: not begun */
static uint64_t used;     /* bytes that sbrk has given out */
static uint64_t reserved; /* the segment's bytes: `used`, rounded up to pages */

/* Makes the segment, and maps it. */
static int64_t
heap_begin(void)
{
    int64_t segment = again(segment_alloc(boot_page->share, "heap", MEMORY_HERE));
    if (segment < 0)
        return segment;
    int64_t error = again(at_set_seg(boot_page->root, HEAP_BASE, segment, 0, HEAP_MOST, PERM_R | PERM_W));
    if (error < 0) {
        share_delobj(segment);
        return error;
    }
    heap = segment;
    return 0;
}

/* Which segment that is, the mapping says. Without a name for it the heap could not grow: malloc would return null. */
void
heap_begin_child(void)
{
    struct mapping_entry shown;
    if (heap && again(at_get(boot_page->root, &shown, sizeof(shown), HEAP_BASE)) > 0)
        heap = HANDLE(1, shown.object);
}

/* Has the kernel write to a page of the heap, which makes it be there: a letter of the heap's name, wiped again. */
static int64_t
heap_touch(uint64_t offset)
{
    char *page = (char *)HEAP_BASE + offset;
    int64_t error = again(obj_get_name(heap, page, 1));
    if (error >= 0)
        *page = 0;
    return error;
}

/* Makes the heap `bytes` long, a multiple of pages. On an error it stays as it was. */
static int64_t
heap_resize(uint64_t bytes)
{
    int64_t error = again(segment_set_nbytes(heap, bytes));
    for (uint64_t offset = reserved; error >= 0 && offset < bytes; offset += PAGE_BYTES)
        error = heap_touch(offset);
    if (error >= 0)
        reserved = bytes;
    else if (bytes > reserved)
        again(segment_set_nbytes(heap, reserved)); /* no page below it goes: nothing that can fail */
    return error;
}

void *
sbrk(ptrdiff_t increment)
{
    int64_t error = heap ? 0 : heap_begin();
    uint64_t before = used, after = used + (uint64_t)increment; /* below zero becomes huge */
    if (error >= 0 && after > HEAP_MOST)
        error = increment < 0 ? E_INVAL : E_NOMEM;
    uint64_t pages = (after + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    if (error >= 0 && pages != reserved)
        error = heap_resize(pages);
    if (error < 0)
        return (void *)(intptr_t)errno_set(error_number(error));
    used = after;
    return (char *)HEAP_BASE + before;
}
