/* Page faults of ring 3, and the changes of a segment that its mappings must follow. */
#include "tree.h"

#include "machine.h"
#include "mapping.h"
#include "program.h"
#include "segment_touch.h"

/* --- faults --------------------------------------------------------------------------------------------- */

int
place_make(struct tree *root, uint64_t address, const struct place *place)
{
    int error = 0;
    bool links = false;
    queue_lock(&place->tree->object.lock);
    if (place->tree == root) {
        tree_entry(root, address, true, &error);
    } else {
        queue_lock(&root->object.lock);
        links = mapping_stands(place->root) && !tree_has_table(root, address);
        if (links)
            error = tree_link(root, address, place);
        queue_unlock(&root->object.lock);
    }
    queue_unlock(&place->tree->object.lock);
    return error ? error : links;
}

int
tree_fault(struct tree *root, uint64_t address, enum access access, bool execute)
{
    struct place place;
    if (tree_find(root, address, &place) < 0 || (execute && !(place.perm & PERM_X)))
        return E_FAULT;
    queue_lock(&place.segment->object.lock);
    bool waits = access == ACCESS_WRITE && place.segment->copying > 0; /* S6 */
    int error = mapping_stands(place.mapping) && !waits ? fault_enter(root, address, &place, access) : 0;
    queue_unlock(&place.segment->object.lock);
    return error;
}

/* Bits of a page fault's error code: SDM vol. 3A, figure 4-12. */
#define FAULT_WRITE 2
#define FAULT_USER  4
#define FAULT_FETCH 16

/* Before all others of its vector: nearly every page fault is ring 3's. */
TRAP_HANDLER(05, page_fault, VECTOR_PAGE)
{
    uint64_t address = cr2_read();
    if (!trap_from_ring3(frame))
        return false; /* the kernel uses no user address: it is wrong, and panics */
    /* Without U it was the processor's own access, to one of its tables, which no page of ring 3 will do for. */
    int error = E_FAULT;
    if (address < USER_END && (frame->error & FAULT_USER))
        error = tree_fault(tree_current(), address, frame->error & FAULT_WRITE ? ACCESS_WRITE : ACCESS_READ,
                           frame->error & FAULT_FETCH);
    if (error == 0)
        return true;
    /* What waits in limbo comes back as cores cross, this one now: then ring 3 faults again. */
    if (error == E_AGAIN || (error == E_NOMEM && limbo_waiting() > 0))
        limbo_turn_all();
    else
        trap_deliver(frame, error == E_FAULT ? TRAP_FAULT : TRAP_NO_PAGE, address);
    return true;
}

/* --- changes of a segment ------------------------------------------------------------------------------- */

/* Takes the bits that are not in `keep` from all entries that show pages [first, end) of the segment; then
 * one flush for all trees where there were any. Segment locked. */
static void
mappings_change(struct segment *segment, uint64_t first, uint64_t end, uint64_t keep)
{
    struct core_set cores = {};
    for (struct mapping *mapping = segment->mappings; mapping != NULL; mapping = mapping->next_shown) {
        uint64_t shown = mapping->offset >> PAGE_SHIFT,
                 shown_end = shown + ((mapping->end - mapping->start) >> PAGE_SHIFT);
        uint64_t from = maximum(first, shown), to = minimum(end, shown_end);
        if (from >= to)
            continue;
        struct tree *tree = mapping->tree;
        uint64_t start = mapping->start + ((from - shown) << PAGE_SHIFT);
        if (!tree_change_entries(tree, start, (to - from) << PAGE_SHIFT, keep))
            continue;
        queue_lock(&tree->object.lock);
        tree_cores(tree, &cores);
        queue_unlock(&tree->object.lock);
    }
    cores_flush(&cores);
}

void
segment_protect_mappings(struct segment *segment, uint64_t first, uint64_t end)
{
    mappings_change(segment, first, end, ~ENTRY_WRITE);
}

void
segment_clear_mappings(struct segment *segment, uint64_t first, uint64_t end)
{
    mappings_change(segment, first, end, 0);
}
