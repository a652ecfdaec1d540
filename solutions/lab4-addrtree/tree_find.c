/* Exercise 4.1: where an address leads, through a root and its inner trees. The contract stands in tree.h. */
#include "hole.h"
#include "tree.h"

int
tree_find(struct tree *root, uint64_t address, struct place *out)
{
    /* BEGIN 4.1 */
    struct mapping *mapping = mapping_find(root, address);
    if (mapping == NULL)
        return E_NOENT;
    out->tree = root;
    out->offset = address;
    out->root = mapping;
    out->perm = mapping->perm;
    uint64_t offset = mapping->offset + (address - mapping->start);
    if (mapping->object->type == OBJECT_TREE) {
        out->tree = CONTAINER_OF(mapping->object, struct tree, object);
        out->offset = offset;
        mapping = mapping_find(out->tree, offset);
        if (mapping == NULL)
            return E_NOENT;
        out->perm &= mapping->perm;
        offset = mapping->offset + (offset - mapping->start);
    }
    out->mapping = mapping;
    out->segment = CONTAINER_OF(mapping->object, struct segment, object);
    out->index = offset >> PAGE_SHIFT;
    return 0;
    /* END 4.1 */
}
