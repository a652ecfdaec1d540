/* Exercise 4.2: from a fault to a page to a table entry. The contract stands in tree.h. */
#include "hole.h"
#include "segment_touch.h"
#include "tree.h"

int
fault_enter(struct tree *root, uint64_t address, const struct place *place, enum access access)
{
    /* BEGIN 4.2 */
    uint64_t needed = access == ACCESS_WRITE ? PERM_R | PERM_W : PERM_R;
    if ((place->perm & needed) != needed || place->index >= place->segment->pages)
        return E_FAULT;
    struct page *page;
    int error = segment_touch(place->segment, place->index, access, &page);
    if (error)
        return error;

    int linked = 0;
    uint64_t *entry = place_entry(root, address, place);
    if (entry == NULL) {
        linked = place_make(root, address, place);
        if (linked < 0)
            return linked;
        entry = place_entry(root, address, place);
        if (entry == NULL)
            return 0; /* the root's mapping has gone meanwhile */
    }

    struct tree_counts *counts = CORE_OWN(tree_counts);
    uint64_t old = entry_load(entry);
    if ((old & ENTRY_PRESENT) && (access == ACCESS_READ || (old & ENTRY_WRITE))) {
        counts->late += !linked;
        return 0;
    }
    /* Only a write has made sure that the page is the segment's alone (T4). */
    uint64_t perm = place->mapping->perm;
    if (access == ACCESS_READ)
        perm &= ~(uint64_t)PERM_W;
    entry_store(entry, page_address(page) | entry_bits(perm));
    if (!(old & ENTRY_PRESENT))
        counts->page_ins++;
    return 0;
    /* END 4.2 */
}
