/* A program's memory as the kernel sees it: the page behind a user address, and the copies that system calls
 * make. */
#include "call.h"
#include "object_kinds.h"
#include "paging.h"
#include "segment_touch.h"
#include "string.h"
#include "tree.h"
#include "user_copy.h"

int
user_page_find(uint64_t address, struct page **out)
{
    struct tree *root = tree_current();
    if (root == NULL || address >= USER_END)
        return E_FAULT;
    uint64_t entry;
    while (!((entry = tree_translate(root, address)) & ENTRY_PRESENT)) {
        int error = tree_fault(root, address, ACCESS_READ, false);
        if (error)
            return error;
    }
    *out = page_at(entry & ENTRY_ADDRESS);
    return 0;
}

int
user_page_own(uint64_t address, struct page **out, struct segment **segment)
{
    struct tree *root = tree_current();
    struct place place;
    if (root == NULL || address >= USER_END || tree_find(root, address, &place) < 0)
        return E_FAULT;
    queue_lock(&place.segment->object.lock);
    int error = E_FAULT;
    bool same = mapping_stands(place.mapping);
    if (same && (place.perm & PERM_W) && place.index < place.segment->pages)
        error = segment_touch(place.segment, place.index, ACCESS_WRITE, out);
    if (error)
        queue_unlock(&place.segment->object.lock);
    *segment = place.segment;
    return same ? error : user_page_own(address, out, segment);
}

/* --- what system calls copy ----------------------------------------------------------------------------- */

/* Without a tree there is no ring 3 on this core: its own code makes calls, as tests do, with its own addresses. */

int
call_copy_in(void *to, uint64_t address, uint64_t bytes)
{
    if (tree_current() != NULL)
        return user_copy_in(to, address, bytes);
    memcpy(to, (const void *)address, bytes);
    return 0;
}

int
call_copy_out(uint64_t address, const void *from, uint64_t bytes)
{
    if (tree_current() != NULL)
        return user_copy_out(address, from, bytes);
    memcpy((void *)address, from, bytes);
    return 0;
}

/* A name may end just before a page that is not there, so it is read page by page, up to its NUL. */
int
call_name(uint64_t address, char name[])
{
    memset(name, 0, NAME_SIZE);
    size_t length = 0;
    while (address != 0 && length < NAME_SIZE) {
        uint64_t piece = minimum(NAME_SIZE - length, PAGE_SIZE - (address + length) % PAGE_SIZE);
        if (tree_current() == NULL)
            piece = 1;
        int error = call_copy_in(name + length, address + length, piece);
        if (error)
            return error;
        for (uint64_t end = length + piece; length < end; length++)
            if (name[length] == '\0') {
                memset(name + length, 0, NAME_SIZE - length);
                return 0;
            }
    }
    return address == 0 ? 0 : E_INVAL;
}
