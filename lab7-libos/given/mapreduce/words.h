/* What the word programs share: cutting a text into words, running the job, printing its answers. */
#ifndef COREY_MAPREDUCE_WORDS_H
#define COREY_MAPREDUCE_WORDS_H

#include "map_reduce.h"

/* The whole program `NAME [-q] FILE`. A word is a maximal run of the letters A-Z and a-z, its value the
 * offset of its first letter; `reduce` is the application's. Prints each word, in lower case, with what
 * print(answer) prints behind it, a line each; with -q only how many words and how many different ones there
 * are. Returns main's status: 0, 1 with a message when something failed, 2 when the arguments are wrong. */
int words_main(int argc, char **argv,
               void (*reduce)(struct values_cursor *lists, unsigned count, struct answer *answer),
               void (*print)(const struct answer *answer));

#endif
