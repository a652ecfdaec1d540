/* What the monitor knows of slabs and segments. */
#include "console.h"
#include "monitor.h"
#include "segment.h"
#include "slab.h"

COMMAND(slabs, "pages and blocks of the slabs, by size of block")
{
    console_print("block  pages   used   room\n");
    for (uint64_t block = slab_size(1); block <= SLAB_MOST; block *= 2) {
        uint64_t pages = 0, used = 0;
        for (uint64_t frame = 0; frame < page_limit; frame++) {
            const struct page *page = &page_table_all[frame];
            if (page->kind == PAGE_SLAB && page->slab.block == block) {
                pages++;
                used += page->slab.used;
            }
        }
        console_print("%5lu %6lu %6lu %6lu\n", block, pages, used, pages * (PAGE_SIZE / block));
    }
}

static void
print_kind(const char *name, enum page_kind kind)
{
    uint64_t all = 0, shared = 0;
    for (uint64_t frame = 0; frame < page_limit; frame++)
        if (page_table_all[frame].kind == kind) {
            all++;
            shared += page_is_shared(&page_table_all[frame]);
        }
    console_print("%-6s %7lu %7lu\n", name, all, shared);
}

COMMAND(segments, "what segments hold, and how much of it more than one entry points to")
{
    console_print("kind       all  shared\n");
    print_kind("pages", PAGE_DATA);
    print_kind("nodes", PAGE_NODE);
}
