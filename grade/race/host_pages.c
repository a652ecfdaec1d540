/* Pages of the host: one large block, whose frames have descriptors and lists as the kernel's have (page.c).
 *
 * The kernel finds the bytes of the frame at physical address A at DIRECT_MAP + A. So what is called the physical
 * address of a frame here is its host address less DIRECT_MAP, modulo 2^64: 48 bits, as on a machine. Only the frames
 * of the block have descriptors: page_table_all points as far before them as the first frame's number says. */
#include "host.h"

#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "paging.h"

void
host_pages_make(uint64_t count, uint32_t cores)
{
    void *bytes = aligned_alloc(PAGE_SIZE, count * PAGE_SIZE);
    struct page *descriptors = calloc(count, sizeof *descriptors); /* zeros: PAGE_ABSENT */
    if (bytes == NULL || descriptors == NULL)
        host_fail("the host has no memory left");
    memset(bytes, 0, count * PAGE_SIZE);
    uint64_t first_frame = ((uint64_t)bytes - DIRECT_MAP) >> PAGE_SHIFT;
    page_table_all = (struct page *)((uint64_t)descriptors - first_frame * sizeof *descriptors);
    page_limit = first_frame + count;
    for (uint64_t i = 0; i < count; i++) {
        descriptors[i].home = (uint16_t)(i * cores / count);
        page_add(first_frame + i);
    }
}
