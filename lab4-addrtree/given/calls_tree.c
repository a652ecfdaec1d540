/* System calls on address trees. What each does: abi/calls4.def. */
#include "call.h"
#include "calls4.h"
#include "mapping.h"
#include "share.h"

CALL_HANDLER(at_alloc, handle, kind, name_address, memory)
{
    char name[NAME_SIZE];
    int error = call_name(name_address, name), home = call_memory(memory);
    if (error < 0 || home < 0 || kind > TREE_INNER)
        return call_error(error < 0 ? error : E_INVAL);
    struct share_found found = share_find_own(handle);
    if (found.object == NULL)
        return call_value(found.rights);
    struct share *share = CONTAINER_OF(found.object, struct share, object);
    struct tree *tree;
    error = tree_create(kind == TREE_INNER, share->account, (uint32_t)home, name, &tree);
    return call_value(error < 0 ? error : share_add_new(handle, share, &tree->object));
}

/* The rights that a mapping with this perm needs on what it shows. */
static uint64_t
rights_for(uint64_t perm)
{
    return RIGHT_R | (perm & PERM_W ? RIGHT_W : 0) | (perm & PERM_X ? RIGHT_X : 0);
}

/* Maps an object of this type. */
static struct call_result
map_call(uint8_t type, uint64_t tree_handle, uint64_t start, uint64_t handle, uint64_t offset,
         uint64_t length, uint64_t perm)
{
    struct share_found tree = share_find_typed(tree_handle, OBJECT_TREE, RIGHT_W);
    struct share_found shown = share_find_typed(handle, type, rights_for(perm));
    if (tree.object == NULL || shown.object == NULL)
        return call_value(tree.object == NULL ? tree.rights : shown.rights);
    return call_error(
        tree_map(CONTAINER_OF(tree.object, struct tree, object), start, shown.object, offset, length, perm));
}

CALL_HANDLER(at_set_seg, tree, start, segment, offset, length, perm)
{
    return map_call(OBJECT_SEGMENT, tree, start, segment, offset, length, perm);
}

CALL_HANDLER(at_set_at, root, start, inner, offset, length, perm)
{
    return map_call(OBJECT_TREE, root, start, inner, offset, length, perm);
}

CALL_HANDLER(at_unmap, handle, start, length)
{
    struct share_found found = share_find_typed(handle, OBJECT_TREE, RIGHT_W);
    if (found.object == NULL)
        return call_value(found.rights);
    if (!object_hold(found.object)) /* unmapping much may cross */
        return call_error(E_NOENT);
    int error = tree_unmap(CONTAINER_OF(found.object, struct tree, object), start, length);
    object_drop(found.object);
    return call_error(error);
}

#define AT_GET_MOST 512

CALL_HANDLER(at_get, handle, address, bytes, cursor)
{
    struct share_found found = share_find_typed(handle, OBJECT_TREE, RIGHT_R);
    if (found.object == NULL)
        return call_value(found.rights);
    struct tree *tree = CONTAINER_OF(found.object, struct tree, object);
    uint64_t room = minimum(bytes / sizeof(struct mapping_entry), AT_GET_MOST), count = 0;
    for (struct mapping *mapping; count < room && (mapping = mapping_first(tree, cursor)) != NULL; count++) {
        struct mapping_entry entry = {mapping->start, mapping->end - mapping->start, mapping->offset,
                                      mapping->object->id, mapping->perm};
        int error = call_copy_out(address + count * sizeof(entry), &entry, sizeof(entry));
        if (error)
            return call_error(error);
        cursor = mapping->end;
    }
    return call_value((int64_t)count);
}
