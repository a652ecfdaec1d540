/* wri [-q] FILE: the word reverse index, where each word of a text stands. A line a word: `word count
 * digest`, where the digest (FNV-1a with 64 bits, 16 hexadecimal digits) is that of the ascending positions,
 * each the offset of the word's first letter as eight bytes, the lowest first. */
#include <inttypes.h>
#include <stdio.h>

#include "words.h"

#define FNV_BASIS 0xcbf29ce484222325ul
#define FNV_PRIME 0x100000001b3ul

static void
index_reduce(struct values_cursor *lists, unsigned count, struct answer *answer)
{
    struct values_merge positions = values_merge_begin(lists, count);
    uint64_t digest = FNV_BASIS;
    for (uint64_t position; values_merge_next(&positions, &position); answer->count++)
        for (unsigned byte = 0; byte < sizeof(position); byte++, position >>= 8)
            digest = (digest ^ (position & 0xff)) * FNV_PRIME;
    answer->digest = digest;
}

static void
index_print(const struct answer *answer)
{
    printf(" %" PRIu64 " %016" PRIx64, answer->count, answer->digest);
}

int
main(int argc, char **argv)
{
    return words_main(argc, argv, index_reduce, index_print);
}
