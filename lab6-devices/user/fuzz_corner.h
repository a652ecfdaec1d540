/* A corner that chance alone does not find: an account at its limit, with a page of it on its way back through limbo.
 * Then a call that allocates returns E_AGAIN. Included by fuzz.c alone. */
#ifndef COREY_FUZZ_CORNER_H
#define COREY_FUZZ_CORNER_H

#include "fuzz_world.h"

#define CORNER_LIMIT 12 /* pages */

/* Spends what the account has left: by pages, as ring 3 touches them, then by small things. */
static void
corner_fill(void)
{
    char name[NAME_SIZE];
    for (unsigned i = 0; i < CORNER_PAGES / 2; i++)
        if (obj_get_name(OWN_SHARE, (char *)CORNER_ADDRESS + i * PAGE, sizeof(name)) < 0)
            break;
    for (uint64_t at = WINDOW; at_set_seg(corner.tree, at, corner.segment, 0, 4 * PAGE, PERM_R | PERM_W) == 0;
         at += 4 * PAGE)
        ;
}

/* Makes it; false: something was not to be had. The last call before the one that looks gives a page back. */
static bool
corner_make(void)
{
    at_unmap(boot_page->root, CORNER_ADDRESS, CORNER_PAGES * PAGE);
    struct call_result share = share_alloc_pair(OWN_SHARE, 0, MEMORY_HERE, CORNER_LIMIT);
    if (share.value < 0)
        return false;
    corner.share = HANDLE(share.second, 0);
    corner.segment = segment_alloc(corner.share, 0, MEMORY_HERE);
    corner.tree = at_alloc(corner.share, TREE_ROOT, 0, MEMORY_HERE);
    corner.address = CORNER_ADDRESS + (CORNER_PAGES - 8) * PAGE;
    share_delobj(share.value); /* the slot keeps it */
    pool_add('s', corner.share);

    uint64_t kept = 1 + random_below(3);
    segment_set_nbytes(corner.segment, CORNER_PAGES * PAGE);
    at_set_seg(boot_page->root, CORNER_ADDRESS, corner.segment, 0, CORNER_PAGES * PAGE, PERM_R | PERM_W);
    obj_get_name(OWN_SHARE, (char *)CORNER_ADDRESS + (CORNER_PAGES - 2) * PAGE, NAME_SIZE);
    int64_t copy = segment_copy(corner.share, corner.segment, 0, COPY_ON_WRITE);
    share_delobj(copy); /* from now on the segment's pages go through limbo */
    for (unsigned i = 0; i < kept; i++)
        share_addobj(corner.share, pools[pool_index('g')].handle[i], RIGHT_R);
    corner_fill();
    segment_set_nbytes(corner.segment, (CORNER_PAGES - 2) * PAGE);
    return true;
}

#endif
