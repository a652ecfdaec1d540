/* System calls on segments. What each does: abi/calls3.def. */
#include "call.h"
#include "calls3.h"
#include "segment.h"
#include "share.h"

CALL_HANDLER(segment_alloc, handle, name_address, memory)
{
    char name[NAME_SIZE];
    int error = call_name(name_address, name), home = call_memory(memory);
    if (error < 0 || home < 0)
        return call_error(error < 0 ? error : home);
    struct share_found found = share_find_own(handle);
    if (found.object == NULL)
        return call_value(found.rights);
    struct share *share = CONTAINER_OF(found.object, struct share, object);
    struct segment *segment;
    error = segment_create(share->account, (uint32_t)home, name, &segment);
    return call_value(error < 0 ? error : share_add_new(handle, share, &segment->object));
}

/* Copying may cross between two batches of pages, so the source and the share are held over it. */
CALL_HANDLER(segment_copy, share_handle, segment_handle, name_address, mode)
{
    char name[NAME_SIZE];
    int error = call_name(name_address, name);
    if (error < 0)
        return call_error(error);
    if (mode > COPY_ON_REFERENCE)
        return call_error(E_INVAL);
    struct share_found found = share_find_own(share_handle);
    struct share_found source = share_find_typed(segment_handle, OBJECT_SEGMENT, RIGHT_R);
    if (found.object == NULL || source.object == NULL)
        return call_value(found.object == NULL ? found.rights : source.rights);
    if (!object_hold(found.object))
        return call_error(E_NOENT);
    if (!object_hold(source.object)) {
        object_drop(found.object);
        return call_error(E_NOENT);
    }

    struct share *share = CONTAINER_OF(found.object, struct share, object);
    struct segment *copy;
    error = segment_copy(CONTAINER_OF(source.object, struct segment, object), (enum copy_mode)mode,
                         share->account, share->object.home, name, &copy);
    int64_t value = error < 0 ? error : share_add_new(share_handle, share, &copy->object);
    object_drop(source.object);
    object_drop(found.object);
    return call_value(value);
}

CALL_HANDLER(segment_get_nbytes, handle)
{
    struct share_found found = share_find_typed(handle, OBJECT_SEGMENT, RIGHT_R);
    if (found.object == NULL)
        return call_value(found.rights);
    struct segment *segment = CONTAINER_OF(found.object, struct segment, object);
    queue_lock(&segment->object.lock);
    uint64_t pages = segment->pages;
    queue_unlock(&segment->object.lock);
    return call_value((int64_t)(pages * PAGE_SIZE));
}

CALL_HANDLER(segment_set_nbytes, handle, bytes)
{
    if (bytes % PAGE_SIZE != 0)
        return call_error(E_INVAL);
    struct share_found found = share_find_typed(handle, OBJECT_SEGMENT, RIGHT_W);
    if (found.object == NULL)
        return call_value(found.rights);
    if (!object_hold(found.object)) /* freeing many pages may cross */
        return call_error(E_NOENT);
    int error = segment_set_pages(CONTAINER_OF(found.object, struct segment, object), bytes / PAGE_SIZE);
    object_drop(found.object);
    return call_error(error);
}
