/* Exercise 2.3: an eager copy, and its undoing. The contract stands in segment.h. */
#include "hole.h"
#include "segment.h"
#include "string.h"

int
segment_copy_eager(struct segment *from, struct segment *to, uint64_t *index)
{
    /* BEGIN 2.3 */
    struct page *page, *copy;
    for (unsigned count = 0; (page = segment_next_page(from, index)) != NULL && *index < to->pages;
         ++*index) {
        if (count++ == SEGMENT_BATCH)
            return 1;
        int error = segment_page(to, *index, ACCESS_WRITE, &copy);
        if (error) {
            segment_release_tree(to, to->root, to->height);
            to->root = NULL;
            to->height = 0;
            return error;
        }
        memcpy(page_bytes(copy), page_bytes(page), PAGE_SIZE);
    }
    return 0;
    /* END 2.3 */
}
