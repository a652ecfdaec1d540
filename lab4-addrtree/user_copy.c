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
    hole("4.6");
}

int
user_copy_out(uint64_t address, const void *from, uint64_t bytes)
{
    hole("4.6");
}
