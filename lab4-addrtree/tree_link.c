/* Exercise 4.3: an inner tree lends its leaf tables to a root. The contract stands in tree.h. */
#include "hole.h"
#include "tree.h"

int
tree_link(struct tree *root, uint64_t address, const struct place *place)
{
    hole("4.3");
}
