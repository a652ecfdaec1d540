/* The tree of a segment: what the exercises and the given calls walk it with.
 *
 * Nodes and pages are counted by entries that point to them; the books of a segment (pages_held, nodes_held, the
 * charge) count all that it can reach, shared or not (S4). Taking a thing out therefore has two parts: the books, for
 * everything below it, and the counts, where what others still point to ends the descent. */
#include "segment.h"

#include "panic.h"

/* What a tree holds, the root itself included. */
struct holdings {
    uint64_t pages, nodes;
};

static int
segment_add(struct segment *segment, enum page_kind kind, uint64_t *held, struct page **out)
{
    int error = account_charge(segment->object.account, PAGE_SIZE);
    if (error)
        return error;
    struct page *page = page_alloc_zeroed(segment->object.home, kind);
    if (!page) {
        account_refund(segment->object.account, PAGE_SIZE);
        return E_NOMEM;
    }
    ++*held;
    *out = page;
    return 0;
}

int
segment_add_node(struct segment *segment, struct page **out)
{
    return segment_add(segment, PAGE_NODE, &segment->nodes_held, out);
}

int
segment_add_page(struct segment *segment, struct page **out)
{
    return segment_add(segment, PAGE_DATA, &segment->pages_held, out);
}

int
segment_raise(struct segment *segment, uint64_t index)
{
    while (index >= tree_room(segment->height)) {
        if (segment->root) {
            struct page *node;
            int error = segment_add_node(segment, &node);
            if (error)
                return error;
            node_entries(node)[0] = page_address(segment->root);
            segment->root = node;
        }
        segment->height++;
    }
    return 0;
}

void
segment_lower(struct segment *segment, uint64_t pages)
{
    while (segment->height > 0 && pages <= tree_room(segment->height - 1)) {
        struct page *node = segment->root;
        if (node) {
            segment->root = segment_entry_page(segment, &node_entries(node)[0]);
            node_entries(node)[0] = 0;
            segment_release_tree(segment, node, 1);
        }
        segment->height--;
    }
}

int
segment_own_path(struct segment *segment, uint64_t index, node_entry_t **entry)
{
    int error = segment_raise(segment, index);
    node_entry_t *place = NULL;
    for (uint32_t height = segment->height; !error && height > 0; height--) {
        struct page *node = segment_entry_page(segment, place);
        if (!node) {
            error = segment_add_node(segment, &node);
            if (!error)
                segment_entry_set(segment, place, node);
        } else if (page_is_shared(node)) {
            error = segment_own_node(segment, place, height);
            node = segment_entry_page(segment, place);
        }
        if (!error)
            place = &node_entries(node)[node_index(index, height)];
    }
    *entry = place;
    return error;
}

struct page *
segment_next_page(const struct segment *segment, uint64_t *index)
{
    while (*index < tree_room(segment->height)) {
        struct page *page = segment->root;
        uint32_t height = segment->height;
        for (; page && height > 0; height--)
            page = segment_entry_page(segment, &node_entries(page)[node_index(*index, height)]);
        if (page)
            return page;
        *index = round_down(*index, tree_room(height)) + tree_room(height); /* over what is not there */
    }
    return NULL;
}

/* Counts *left down by the pages of a tree, from its last on; the index of the one that has brought it to 0, or 0. */
static uint64_t
tree_count_back(const struct page *page, uint32_t height, uint64_t *left)
{
    if (height == 0) {
        --*left;
        return 0;
    }
    for (uint64_t i = NODE_ENTRIES; i-- > 0;) {
        node_entry_t below = node_entries(page)[i];
        uint64_t index = below ? tree_count_back(page_at(below), height - 1, left) : 0;
        if (*left == 0)
            return i * tree_room(height - 1) + index;
    }
    return 0;
}

uint64_t
segment_last_batch(const struct segment *segment)
{
    uint64_t left = SEGMENT_BATCH;
    return segment->pages_held <= left ? 0 : tree_count_back(segment->root, segment->height, &left);
}

/* Adds up what a tree holds. While we count on its root, nobody changes it: it is ours, or shared (S2). */
static void
tree_count(const struct page *page, uint32_t height, struct holdings *sum)
{
    if (height == 0) {
        sum->pages++;
        return;
    }
    sum->nodes++;
    for (unsigned i = 0; i < NODE_ENTRIES; i++)
        if (node_entries(page)[i])
            tree_count(page_at(node_entries(page)[i]), height - 1, sum);
}

/* Takes one count off a tree. What nobody points to any more is freed: at once, or, where another core may still look
 * at it, through limbo, where `account` goes on paying for it. Returns the pages and nodes that it pays for. */
static uint64_t
tree_unlink(struct segment *segment, struct page *page, uint32_t height, struct account *account)
{
    assert(__atomic_load_n(&page->references, __ATOMIC_RELAXED) >
           0); /* ours is one of them; orders nothing */
    if (!page_drop(page))
        return 0;
    uint64_t waiting = 0;
    for (unsigned i = 0; height > 0 && i < NODE_ENTRIES; i++)
        if (node_entries(page)[i])
            waiting += tree_unlink(segment, page_at(node_entries(page)[i]), height - 1, account);
    if (object_is_public(&segment->object) || (segment->flags & SEGMENT_COPIED)) {
        page_retire(page, account);
        return waiting + 1;
    }
    page_free(page);
    return waiting;
}

void
segment_release_tree(struct segment *segment, struct page *root, uint32_t height)
{
    if (!root)
        return;
    struct holdings lost = {segment->pages_held, segment->nodes_held};
    if (root != segment->root) { /* else it is all that the segment holds */
        lost = (struct holdings){0};
        tree_count(root, height, &lost);
    }
    assert(lost.pages <= segment->pages_held && lost.nodes <= segment->nodes_held);
    segment->pages_held -= lost.pages;
    segment->nodes_held -= lost.nodes;

    struct account *account = segment->object.account;
    uint64_t waiting = tree_unlink(segment, root, height, account);
    account_refund(account, (lost.pages + lost.nodes - waiting) * PAGE_SIZE);
}

void
segment_unlink(struct segment *segment, struct page *page, uint32_t height)
{
    tree_unlink(segment, page, height, NULL);
}
