/* Reading and comparing words. */
#include "key.h"

#define FNV_BASIS 0xcbf29ce484222325ul /* FNV-1a with 64 bits (Fowler, Noll, Vo) */
#define FNV_PRIME 0x100000001b3ul

struct key
key_read(const char *text, size_t limit)
{
    struct key key = {.text = text};
    uint64_t hash = FNV_BASIS;
    if (limit > KEY_LONGEST)
        limit = KEY_LONGEST;
    while (key.length < limit && letter_is(text[key.length])) {
        uint64_t letter = (uint64_t)letter_lower(text[key.length]);
        if (key.length < KEY_PREFIX_LETTERS)
            key.prefix |= letter << (8 * (KEY_PREFIX_LETTERS - 1 - key.length));
        hash = (hash ^ letter) * FNV_PRIME;
        key.length++;
    }
    /* The low bits of the product depend on the letters' low bits only. */
    key.hash = (uint32_t)(hash ^ hash >> 32);
    return key;
}

int
key_compare_rest(const struct key *a, const struct key *b)
{
    uint32_t shorter = a->length < b->length ? a->length : b->length;
    for (uint32_t at = KEY_PREFIX_LETTERS; at < shorter; at++) {
        int difference = letter_lower(a->text[at]) - letter_lower(b->text[at]);
        if (difference != 0)
            return difference;
    }
    return a->length == b->length ? 0 : a->length < b->length ? -1 : 1;
}
