/* Exercise 4.4: clear, then flush, then free. The contract stands in tree.h. */
#include "hole.h"
#include "tree.h"

void
tree_clear(struct tree *tree, uint64_t start, uint64_t bytes)
{
    /* BEGIN 4.4 */
    struct page *gone = NULL; /* tables without references, linked by `next` */
    uint64_t end = start + bytes, slot = round_down(start, LARGE_PAGE_SIZE);
    bool changed = tree_change_entries(tree, start, bytes, 0);
    for (uint64_t *entry; (entry = tree_next_table(tree, &slot, end)) != NULL; slot += LARGE_PAGE_SIZE) {
        bool borrowed = entry_load(entry) & ENTRY_BORROWED;
        if (!borrowed && tree_needs_table(tree, slot))
            continue;
        struct page *table = page_at(entry_load(entry) & ENTRY_ADDRESS);
        if (!borrowed)
            tree_recall_table(tree, slot);
        entry_store(entry, 0);
        changed = true;
        if (page_drop(table)) {
            table->next = gone;
            gone = table;
        }
    }
    if (changed)
        tree_flush(tree);
    while (gone != NULL) {
        struct page *table = gone;
        gone = table->next;
        tree_free_table(tree, table);
    }
    /* END 4.4 */
}
