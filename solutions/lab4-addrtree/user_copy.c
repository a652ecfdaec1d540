/* Exercise 4.6: copies from and to a program's memory. The contract stands in user_copy.h. */
#include "hole.h"
#include "paging.h"
#include "string.h"
#include "user_copy.h"

/* Bytes from `address` on that lie in its page, at most `bytes`. */
static uint64_t
piece_in_page(uint64_t address, uint64_t bytes)
{
    return minimum(bytes, PAGE_SIZE - address % PAGE_SIZE);
}

static bool
range_is_user(uint64_t address, uint64_t bytes)
{
    return address <= USER_END && bytes <= USER_END - address;
}

int
user_copy_in(void *to, uint64_t address, uint64_t bytes)
{
    /* BEGIN 4.6 */
    if (!range_is_user(address, bytes))
        return E_FAULT;
    char *next = to;
    for (uint64_t piece; bytes > 0; address += piece, next += piece, bytes -= piece) {
        struct page *page, *again;
        piece = piece_in_page(address, bytes);
        int error = user_page_find(address, &page);
        if (error)
            return error;
        memcpy(next, (char *)page_bytes(page) + address % PAGE_SIZE, piece);
        error = user_page_find(address, &again);
        if (error)
            return error;
        if (again != page)
            memcpy(next, (char *)page_bytes(again) + address % PAGE_SIZE, piece);
    }
    return 0;
    /* END 4.6 */
}

int
user_copy_out(uint64_t address, const void *from, uint64_t bytes)
{
    /* BEGIN 4.6 */
    if (!range_is_user(address, bytes))
        return E_FAULT;
    const char *next = from;
    for (uint64_t piece; bytes > 0; address += piece, next += piece, bytes -= piece) {
        struct page *page;
        struct segment *segment;
        piece = piece_in_page(address, bytes);
        int error = user_page_own(address, &page, &segment);
        if (error)
            return error;
        memcpy((char *)page_bytes(page) + address % PAGE_SIZE, next, piece);
        queue_unlock(&segment->object.lock);
    }
    return 0;
    /* END 4.6 */
}
