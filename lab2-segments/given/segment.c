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

/* Crosses, with neither lock held. */
static int
copy_pass(struct segment *from, struct segment *to)
{
    queue_unlock(&to->object.lock);
    queue_unlock(&from->object.lock);
    int error = core_pass();
    queue_lock(&from->object.lock);
    queue_lock(&to->object.lock);
    return error;
}

/* Takes W from all entries that show the source (S6), each batch to its end, flush included, before the lock is given
 * back: a second copy beside this one finds no entry writable, and has nothing to flush. Both locks held. */
static int
copy_protect(struct segment *from, struct segment *to)
{
    uint64_t batch = from->pages_held <= SEGMENT_BATCH ? from->pages : SEGMENT_BATCH, index = 0;
    int error = 0;
    from->copying++;
    for (;;) {
        segment_protect_mappings(from, index, index + batch);
        index += batch;
        if (index >= from->pages || segment_next_page(from, &index) == NULL ||
            (error = copy_pass(from, to)) < 0)
            break;
    }
    from->copying--;
    return error;
}

/* Fills the empty `to`; both locks held. */
static int
segment_copy_contents(struct segment *from, enum copy_mode mode, struct segment *to)
{
    if (object_is_dead(&from->object))
        return E_NOENT;
    int error = 0;
    if (mode != COPY_EAGER && from->pins == 0)
        error = copy_protect(from, to);
    to->pages = from->pages;
    if (mode == COPY_EAGER || from->pins > 0) {
        uint64_t index = 0;
        while (!error && (error = segment_copy_eager(from, to, &index)) > 0)
            error = copy_pass(from, to);
        return error;
    }
    if (!error)
        error = segment_share_tree(from, to);
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

    queue_lock(&from->object.lock);
    queue_lock(&to->object.lock); /* nobody else can name the copy yet: it is free, and cannot deadlock */
    error = segment_copy_contents(from, mode, to);
    queue_unlock(&to->object.lock);
    queue_unlock(&from->object.lock);

    if (error)
        object_drop(&to->object);
    else
        *out = to;
    return error;
}

/* One batch of a resize: 1 when there is more to do. Locked. */
static int
segment_set_some(struct segment *segment, uint64_t pages)
{
    if (object_is_dead(&segment->object))
        return E_NOENT;
    bool shrinks =
        pages < segment->pages && pages >= segment->pinned_end && !(segment->flags & SEGMENT_READ_ONLY);
    uint64_t target = shrinks ? maximum(pages, segment_last_batch(segment)) : pages;
    if (shrinks)
        segment_clear_mappings(segment, target, segment->pages);
    int error = segment_resize(segment, target);
    return error ? error : target > pages;
}

int
segment_set_pages(struct segment *segment, uint64_t pages)
{
    int error;
    do {
        queue_lock(&segment->object.lock);
        error = segment_set_some(segment, pages);
        queue_unlock(&segment->object.lock);
    } while (error > 0 && (error = core_pass()) == 0);
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
segment_protect_mappings(__attribute__((unused)) struct segment *segment,
                         __attribute__((unused)) uint64_t first, __attribute__((unused)) uint64_t end)
{
}

__attribute__((weak)) void
segment_clear_mappings(__attribute__((unused)) struct segment *segment,
                       __attribute__((unused)) uint64_t first, __attribute__((unused)) uint64_t end)
{
}
