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
    end = minimum(end, mapping->start + mapping->bytes);
    for (uint64_t slot = first; slot < end; slot += LARGE_PAGE_SIZE) {
        uint64_t *borrower = tree_directory(root, slot, false, NULL);
        const uint64_t *lender =
            tree_directory(place->tree, mapping->offset + (slot - mapping->start), false, NULL);
        if (lender == NULL || !(entry_load(lender) & ENTRY_PRESENT) || (entry_load(borrower) & ENTRY_PRESENT))
            continue;
        paddr_t table = entry_load(lender) & ENTRY_ADDRESS;
        page_hold(page_at(table));
        entry_store(borrower, table | entry_bits(mapping->perm) | ENTRY_BORROWED);
    }
    CORE_OWN(tree_counts)->link_faults++;
    return 0;
    /* END 4.3 */
}
