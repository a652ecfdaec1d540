/* wc [-q] FILE: how often each word of a text comes. A line a word: `word count`. */
#include <inttypes.h>
#include <stdio.h>

#include "words.h"

static void
count_reduce(struct values_cursor *lists, unsigned count, struct answer *answer)
{
    for (unsigned i = 0; i < count; i++)
        answer->count += lists[i].left;
}

static void
count_print(const struct answer *answer)
{
    printf(" %" PRIu64, answer->count);
}

int
main(int argc, char **argv)
{
    return words_main(argc, argv, count_reduce, count_print);
}
