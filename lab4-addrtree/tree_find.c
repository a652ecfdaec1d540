/* Exercise 4.1: where an address leads, through a root and its inner trees. The contract stands in tree.h. */
#include "hole.h"
#include "tree.h"

int
tree_find(struct tree *root, uint64_t address, struct place *out)
{
    hole("4.1");
}
