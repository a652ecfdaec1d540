/* Helpers of the tests of segments (segment_test.h). */
#include "segment_test.h"

#include "core.h"

struct books
books_take(void)
{
    while (limbo_waiting() > 0)
        test_cross();
    return (struct books){page_free_count(), slab_blocks_used()};
}

struct segment *
segment_make(uint64_t pages)
{
    struct segment *segment;
    check_equal(0, segment_create(NULL, core_index(), "test", &segment));
    check_equal(0, segment_set_pages(segment, pages));
    return segment;
}

struct segment *
segment_copied(struct segment *from, enum copy_mode mode)
{
    struct segment *copy;
    check_equal(0, segment_copy(from, mode, NULL, core_index(), "copy", &copy));
    return copy;
}

void
segment_give(struct segment *segment)
{
    object_drop(&segment->object);
}

uint32_t
core_with_pages(uint64_t pages)
{
    uint32_t other = test_add_core();
    CORE_AT(other, core_words)->where = CORE_RING3;
    for (; pages > 0; pages--) {
        struct page *page = page_alloc(0, PAGE_DATA);
        check(page != NULL);
        page->home = other;
        page_free(page);
    }
    return other;
}

int
page_touch(struct segment *segment, uint64_t index, enum access access, struct page **out)
{
    queue_lock(&segment->object.lock);
    int error = segment_page(segment, index, access, out);
    queue_unlock(&segment->object.lock);
    return error;
}

void
page_mark(struct segment *segment, uint64_t index, uint64_t mark)
{
    struct page *page = NULL;
    check_equal(0, page_touch(segment, index, ACCESS_WRITE, &page));
    check(page != NULL);
    *(uint64_t *)page_bytes(page) = mark;
}

uint64_t
page_seen(struct segment *segment, uint64_t index)
{
    struct page *page = NULL;
    check_equal(0, page_touch(segment, index, ACCESS_READ, &page));
    check(page != NULL);
    return *(uint64_t *)page_bytes(page);
}

struct page *
page_there(struct segment *segment, uint64_t index)
{
    uint64_t found = index;
    queue_lock(&segment->object.lock);
    struct page *page = segment_next_page(segment, &found);
    queue_unlock(&segment->object.lock);
    return found == index ? page : NULL;
}

static void
count_tree(const struct page *page, uint32_t height, uint64_t *pages, uint64_t *nodes)
{
    check(page->references > 0);
    check_equal(height ? PAGE_NODE : PAGE_DATA, page->kind);
    ++*(height ? nodes : pages);
    for (unsigned i = 0; height > 0 && i < NODE_ENTRIES; i++)
        if (node_entries(page)[i])
            count_tree(page_at(node_entries(page)[i]), height - 1, pages, nodes);
}

void
check_held(const struct segment *segment)
{
    uint64_t pages = 0, nodes = 0;
    if (segment->root)
        count_tree(segment->root, segment->height, &pages, &nodes);
    check_equal(pages, segment->pages_held);
    check_equal(nodes, segment->nodes_held);
}
