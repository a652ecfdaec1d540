/* Segments as objects: made, copied, resized, and taken apart. Their trees are in segment_tree.c. */
#include "segment.h"

#include "core.h"
#include "panic.h"

/* Gives a tree up from below and crosses after each node of pages, so that no order to this core waits for more than
 * 512 of them. What others still point to stays theirs: the descent ends there. */
static void
segment_give_up(struct segment *segment, struct page *page, uint32_t height)
{
    if (height > 1 && !page_is_shared(page)) {
        for (unsigned i = 0; i < NODE_ENTRIES; i++) {
            node_entry_t below = node_entries(page)[i];
            node_entries(page)[i] = 0;
            if (below != 0)
                segment_give_up(segment, page_at(below), height - 1);
        }
        height = 1; /* an empty node */
    }
    segment_release_tree(segment, page, height);
    core_pass();
}

static void
segment_destroy(struct object *object)
{
    struct segment *segment = (struct segment *)object;
    if (segment->root != NULL)
        segment_give_up(segment, segment->root, segment->height);
}
OBJECT_TYPE(segment, OBJECT_SEGMENT, segment_destroy);

int
segment_create(struct account *account, uint32_t home, const char *name, struct segment **out)
{
    struct object *object;
    int error = object_create(OBJECT_SEGMENT, sizeof(struct segment), account, home, name, &object);
    if (!error)
        *out = (struct segment *)object;
    return error;
}

static bool
segment_is_dead(const struct segment *segment)
{
    /* Relaxed: read under the lock under which it is written. */
    return __atomic_load_n(&segment->object.flags, __ATOMIC_RELAXED) & OBJECT_DEAD;
}

/* Fills the empty `to`; both locks held. */
static int
segment_copy_contents(struct segment *from, enum copy_mode mode, struct segment *to)
{
    if (segment_is_dead(from))
        return E_NOENT;
    to->pages = from->pages;
    if (mode == COPY_EAGER || from->pins > 0)
        return segment_copy_eager(from, to);

    segment_protect_mappings(from);
    int error = segment_share_tree(from, to);
    if (!error) {
        from->flags |= SEGMENT_COPIED;
        to->flags |= SEGMENT_COPIED | (mode == COPY_ON_REFERENCE ? SEGMENT_ON_REFERENCE : 0);
    }
    return error;
}

int
segment_copy(struct segment *from, enum copy_mode mode, struct account *account, uint32_t home,
             const char *name, struct segment **out)
{
    if (mode != COPY_EAGER && mode != COPY_ON_WRITE && mode != COPY_ON_REFERENCE)
        return E_INVAL;
    struct segment *to;
    int error = segment_create(account, home, name, &to);
    if (error)
        return error;

    /* Nobody else can name the copy yet, so its lock is free, and taking a second segment's lock cannot deadlock. */
    ticket_lock(&from->object.lock);
    ticket_lock(&to->object.lock);
    error = segment_copy_contents(from, mode, to);
    ticket_unlock(&to->object.lock);
    ticket_unlock(&from->object.lock);

    if (error)
        object_drop(&to->object);
    else
        *out = to;
    return error;
}

int
segment_set_pages(struct segment *segment, uint64_t pages)
{
    ticket_lock(&segment->object.lock);
    int error = E_NOENT;
    if (!segment_is_dead(segment)) {
        if (pages < segment->pages)
            segment_clear_mappings(segment, pages);
        error = segment_resize(segment, pages);
    }
    ticket_unlock(&segment->object.lock);
    return error;
}

/* Puts a module's frame into the segment. The module itself counts as one owner, for good: so a copy of the segment
 * never takes a frame for its own, and none is ever freed. */
static int
segment_add_frame(struct segment *segment, uint64_t index, struct page *page)
{
    node_entry_t *entry;
    int error = segment_own_path(segment, index, &entry);
    if (error)
        return error;
    assert(page->kind == PAGE_MODULE);
    if (page->references == 0)
        page->references = 1;
    page_hold(page);
    segment_entry_set(segment, entry, page);
    segment->pages_held++;
    return 0;
}

int
segment_of_module(paddr_t start, uint64_t bytes, const char *name, struct segment **out)
{
    struct segment *segment;
    int error = segment_create(NULL, core_index(), name, &segment);
    if (error)
        return error;
    segment->pages = round_up(bytes, PAGE_SIZE) / PAGE_SIZE;
    for (uint64_t i = 0; !error && i < segment->pages; i++)
        error = segment_add_frame(segment, i, page_at(start + i * PAGE_SIZE));
    if (error) {
        object_drop(&segment->object);
        return error;
    }
    segment->flags |= SEGMENT_READ_ONLY;
    *out = segment;
    return 0;
}

__attribute__((weak)) void
segment_protect_mappings(__attribute__((unused)) struct segment *segment)
{
}

__attribute__((weak)) void
segment_clear_mappings(__attribute__((unused)) struct segment *segment,
                       __attribute__((unused)) uint64_t pages)
{
}
