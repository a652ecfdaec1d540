/* Exercise 4.3: an inner tree lends its leaf tables to a root. The contract stands in tree.h. */
#include "hole.h"
#include "tree.h"

int
tree_link(struct tree *root, uint64_t address, const struct place *place)
{
    /* BEGIN 4.3 */
    const struct mapping *mapping = place->root;
    int error;
    if (tree_entry(place->tree, place->offset, true, &error) == NULL ||
        tree_directory(root, address, true, &error) == NULL)
        return error;

    uint64_t first = round_down(address, table_span(LEVEL_GIGA)), end = first + table_span(LEVEL_GIGA);
    first = maximum(first, mapping->start);
    end = minimum(end, mapping->end);
    uint64_t *borrower = tree_directory(root, first, false, NULL);
    for (uint64_t slot = first, run; slot < end; slot += run, borrower += run / LARGE_PAGE_SIZE) {
        uint64_t offset = mapping->offset + (slot - mapping->start);
        /* As far as one directory of the lender goes, which need not begin where the borrower's does. */
        run = minimum(end - slot, table_span(LEVEL_GIGA) - offset % table_span(LEVEL_GIGA));
        const uint64_t *lender = tree_directory(place->tree, offset, false, NULL);
        for (uint64_t i = 0; lender != NULL && i < run / LARGE_PAGE_SIZE; i++) {
            uint64_t lent = entry_load(&lender[i]);
            if (!(lent & ENTRY_PRESENT) || (entry_load(&borrower[i]) & ENTRY_PRESENT))
                continue;
            page_hold(page_at(lent & ENTRY_ADDRESS));
            entry_store(&borrower[i], (lent & ENTRY_ADDRESS) | entry_bits(mapping->perm) | ENTRY_BORROWED);
        }
    }
    CORE_OWN(tree_counts)->link_faults++;
    return 0;
    /* END 4.3 */
}
