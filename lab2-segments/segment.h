/* Segments: physical memory that is allocated at the first touch. Exercises 2.1 to 2.5.
 *
 *     height 2                    root node
 *                                /    |    \          a node: one page, 512 entries
 *     height 1               node   (none)  node
 *                            /  \           /  \      an entry: address of a node or page, 0: nothing there yet
 *     height 0            page  page     page  page
 *
 * A segment of one page has height 0: its root is the page. Counts stand in the descriptors of nodes and pages
 * (struct page, `references`): how many entries, or segments' roots, point to it.
 *
 * S1  A page that is not there reads as zeros; the first touch puts a zeroed page there.
 * S2  Copies share: a count over 1 anywhere on the path from the root to a page means that the page is shared, and
 *     then nobody writes it: neither the copy nor the source.
 * S3  Before a change each node on the path that has a count over 1 is cloned: the clone's entries count once more
 *     on all that they point to, the old node's count falls by one. A count of 1 is ours alone: changed in place.
 * S4  A segment is charged for every page and node it refers to, shared or not: `pages_held + nodes_held`. So copying
 *     charges at once, breaking a copy charges nothing, and the order of frees does not matter.
 * S5  A page that left a segment shows its old bytes to nobody: a reused page is zeroed or overwritten whole.
 * S6  What handles more than SEGMENT_BATCH pages goes by batches, and crosses (core_pass) between them, with a
 *     reference held and no lock. Others see the segment between two batches, so each leaves it whole: a shrink is a
 *     row of smaller ones; an eager copy gets page after page, which is all that it can promise beside other cores'
 *     writes. A copy that shares is made at one moment, which must find no table entry writable: while W is being
 *     taken away (`copying`), none becomes writable, and write faults are tried again. Nothing else is put off.
 *
 * All functions: any core; the segment's lock is held where said. No function touches a user address. */
#ifndef COREY_SEGMENT_H
#define COREY_SEGMENT_H

#include "object.h"
#include "page.h"

#define SEGMENT_PAGES_MOST  (1ul << 35) /* 128 TiB: the user half; height 4 */
#define SEGMENT_HEIGHT_MOST 4
#define NODE_ENTRIES        512
#define SEGMENT_BATCH       512 /* pages */

struct mapping; /* lab 4 */

/* segment.flags */
#define SEGMENT_ON_REFERENCE 1 /* made by COPY_ON_REFERENCE: a read of a shared page copies it too */
#define SEGMENT_READ_ONLY    2 /* a boot module: a write, a resize, E_PERM */
#define SEGMENT_COPIED       4 /* has shared its tree: other cores may look at its pages through the copy */

struct segment {
    struct object object; /* its lock guards all below */
    uint64_t pages;       /* size; pages at or beyond it do not exist */
    struct page *root;    /* node, or page at height 0; null: nothing there yet */
    uint32_t height;      /* the tree has room for 512^height pages; grows and shrinks with the size's need */
    uint32_t flags;
    uint64_t pages_held; /* pages and nodes that it refers to, shared or not: its charge (S4) */
    uint64_t nodes_held;
    struct mapping *mappings; /* lab 4: those that show this segment */
    uint64_t pins;            /* segment_pin.h: while there are any, copies are eager */
    uint64_t pinned_end;      /* and it may not become shorter than this: E_BUSY */
    uint64_t copying;         /* copies for which W is being taken away: none comes meanwhile (S6) */
};

/* An entry of a node is the physical address of a page or node, its low 12 bits 0. */
typedef uint64_t node_entry_t;

enum access {
    ACCESS_READ,
    ACCESS_WRITE,
};

/* --- exercise 2.1 -------------------------------------------------------------------------------------------- */

/* Finds page `index` for this access, and makes it be there (S1). *out is the page; after ACCESS_WRITE it is the
 * segment's alone (S2, by segment_own_path and segment_own_page); after ACCESS_READ it may be shared, unless the
 * segment is SEGMENT_ON_REFERENCE (segment_reference_page). Lock held.
 * E_INVAL: index >= pages. E_PERM: a write to a read-only segment. E_NOMEM, E_AGAIN: no page, or account at its
 * limit; then nothing has changed (a node may have been added: it is held and charged, and found next time). */
int segment_page(struct segment *segment, uint64_t index, enum access access, struct page **out);

/* --- exercise 2.2 -------------------------------------------------------------------------------------------- */

/* Makes the segment `pages` long. Growing costs nothing. Shrinking gives up every page at or beyond the new end and
 * every node that holds none of the rest, and refunds them, so that growing again shows zeros (S1, S5). A shared node
 * that keeps some of its pages is cloned first (S3). Mappings beyond the end have been cleared by the caller. Lock
 * held. E_INVAL: more than SEGMENT_PAGES_MOST. E_PERM: read-only. E_BUSY: below pinned_end. E_NOMEM: a clone could
 * not be made; size and contents unchanged. */
int segment_resize(struct segment *segment, uint64_t pages);

/* --- exercises 2.3, 2.4, 2.5: the copies ----------------------------------------------------------------------- */

/* 2.3 Enters copies of the pages of `from` into `to`, from page *index on and below to->pages, SEGMENT_BATCH of them at
 * the most; *index becomes where to go on. `to` has what earlier calls have entered, and nothing else. Both locks held.
 * 1: there may be more; 0: that was all. E_NOMEM, E_AGAIN: `to` is empty again, and all is given back. */
int segment_copy_eager(struct segment *from, struct segment *to, uint64_t *index);

/* 2.4 Lets the empty segment `to` share the tree of `from` (S2). Both locks held; W has been taken from all mappings.
 * Charges `to` for all of it at once. E_NOMEM, E_AGAIN: nothing done. */
int segment_share_tree(struct segment *from, struct segment *to);

/* 2.4 The node that this entry (or, where null, the root) points to becomes the segment's alone: where its count is
 * over 1, a clone takes its place (S3); at 1 it stays. Charges nothing (S4). What holds the entry is owned; lock
 * held. E_NOMEM: unchanged. */
int segment_own_node(struct segment *segment, node_entry_t *entry, uint32_t height);

/* 2.4 The page that this entry (or, where null, the root) points to becomes the segment's alone: copied when its
 * count is over 1, left in place when it is 1. Charges nothing (S4). Path owned, lock held. E_NOMEM: unchanged. */
int segment_own_page(struct segment *segment, node_entry_t *entry);

/* 2.5 The page `index` of a SEGMENT_ON_REFERENCE segment is touched by a read: as with a write, it gets its own page,
 * near the segment's home, at this first touch. A page that nobody shares stays where it is. The page is there; lock
 * held. Errors as segment_own_path. */
int segment_reference_page(struct segment *segment, uint64_t index, struct page **out);

/* --- given ------------------------------------------------------------------------------------------------------ */

/* An empty segment of 0 pages; the caller holds its one reference. E_NOMEM, E_AGAIN, E_NOSPC. */
int segment_create(struct account *account, uint32_t home, const char *name, struct segment **out);

/* A copy as a new segment, charged to `account`, memory from core home. No locks held; the caller holds the source.
 * Takes W from the source's mappings first where the mode shares. A source with pins is copied eagerly. E_INVAL:
 * mode.
 * E_NOENT: the source is dead. E_NOMEM, E_AGAIN, E_NOSPC; E_HALTED: of core_pass (S6). Then nothing is left of it. */
int segment_copy(struct segment *from, enum copy_mode mode, struct account *account, uint32_t home,
                 const char *name, struct segment **out);

/* A read-only segment over a boot module's frames, charged to nobody. E_NOMEM, E_NOSPC. */
int segment_of_module(paddr_t start, uint64_t bytes, const char *name, struct segment **out);

/* Resizes, mappings beyond the new end cleared first. No locks held; the caller holds the segment. Errors as
 * segment_resize, and E_NOENT: the segment is dead. A shrink by batches (S6) may end half-way, with the pages of the
 * last batches cut off and no others: E_NOMEM; E_BUSY: pinned meanwhile; E_HALTED: of core_pass. */
int segment_set_pages(struct segment *segment, uint64_t pages);

/* A node's entries. */
static inline node_entry_t *
node_entries(const struct page *node)
{
    return page_bytes(node);
}

/* Which entry of a node at this height (1 to 4) leads to page `index`. */
static inline unsigned
node_index(uint64_t index, uint32_t height)
{
    return (index >> (9 * (height - 1))) & (NODE_ENTRIES - 1);
}

/* Pages that a tree of this height has room for. */
static inline uint64_t
tree_room(uint32_t height)
{
    return 1ul << (9 * height);
}

/* The node or page that an entry points to, or null; entry null stands for the segment's root. */
static inline struct page *
segment_entry_page(const struct segment *segment, const node_entry_t *entry)
{
    if (!entry)
        return segment->root;
    return *entry ? page_at(*entry) : NULL;
}

/* Makes an entry (null: the root) point to a node or page, or, for null, to nothing. Counts nothing. */
static inline void
segment_entry_set(struct segment *segment, node_entry_t *entry, struct page *page)
{
    if (entry)
        *entry = page ? page_address(page) : 0;
    else
        segment->root = page;
}

/* Whether more than one entry or root points to a node or page. Once it is 1 on a path that is ours, it stays 1.
 * Orders: acquire; partner: the release in page_drop, by which the last other owner has read what it wanted before we
 * write. */
static inline bool
page_is_shared(const struct page *page)
{
    return __atomic_load_n(&page->references, __ATOMIC_ACQUIRE) > 1;
}

/* A zeroed node or data page for this segment, from its home, charged and counted in nodes_held or pages_held; or the
 * error: E_NOMEM, E_AGAIN. The caller makes an entry point to it. */
int segment_add_node(struct segment *segment, struct page **out);
int segment_add_page(struct segment *segment, struct page **out);

/* Makes every node on the path to page `index` this segment's own, by segment_own_node, and gives the address of the
 * entry for that page; at height 0 the root itself stands for the entry and *entry is null. Missing nodes are added
 * (and charged), not the page. Lock held. E_NOMEM, E_AGAIN: what was cloned stays cloned, which changes no
 * contents. */
int segment_own_path(struct segment *segment, uint64_t index, node_entry_t **entry);

/* The first page at or after *index that is there; *index becomes its own. Null: none. Lock held. */
struct page *segment_next_page(const struct segment *segment, uint64_t *index);

/* The page from which on the segment has no more than SEGMENT_BATCH pages, and if it has as many, just so many. Lock
 * held. */
uint64_t segment_last_batch(const struct segment *segment);

/* Gives up the tree under `root` (null: nothing), to which no entry of the segment points any more: its charge is
 * refunded, its count falls by one, and what nobody else points to is freed (through limbo where another core may
 * still look at it; that part of the charge returns when it leaves limbo). A page is a tree of height 0. The root that
 * the segment still has is all that it holds; the caller sees to it that nobody looks there afterwards. */
void segment_release_tree(struct segment *segment, struct page *root, uint32_t height);

/* One entry less points to this node or page: freed with all below when it was the last, as in segment_release_tree.
 * The books of the segment stay as they are: something else has taken its place. */
void segment_unlink(struct segment *segment, struct page *page, uint32_t height);

/* Raises height until page `index` has a place. E_NOMEM, E_AGAIN. Lock held. */
int segment_raise(struct segment *segment, uint64_t index);

/* Lowers it to what `pages` pages need. The root is the segment's own, and holds nothing beyond. Lock held. */
void segment_lower(struct segment *segment, uint64_t pages);

/* Lab 4 (weak defaults until then do nothing): takes W away from every entry that shows a page in [first, end) of the
 * segment, and flushes where any had it; clears every such entry, and flushes where there was any. Lock held: so who
 * gets it next knows that no TLB allows more than the entries do. */
void segment_protect_mappings(struct segment *segment, uint64_t first, uint64_t end);
void segment_clear_mappings(struct segment *segment, uint64_t first, uint64_t end);

#endif
