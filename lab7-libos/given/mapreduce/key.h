/* A key: a word by reference into the input, read without regard to case.
 *
 * The first eight letters, lower-cased, stand in the key as one number, the first letter highest, so
 * comparing two numbers compares eight letters, and few comparisons ever touch the text. A word of fewer
 * letters is filled with zero, which no letter is. */
#ifndef COREY_MAPREDUCE_KEY_H
#define COREY_MAPREDUCE_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KEY_PREFIX_LETTERS 8u
#define KEY_LONGEST        UINT32_MAX /* letters */

struct key {
    const char *text; /* as it stands in the input, not ended by a zero */
    uint64_t prefix;
    uint32_t length; /* letters */
    uint32_t hash;   /* of all letters, lower-cased: chooses the column */
};

/* True for A-Z and a-z, whatever the locale; never for a byte over 127. */
static inline bool
letter_is(char byte)
{
    return (unsigned char)((byte | 0x20) - 'a') < 26;
}

/* A letter's lower case. */
static inline char
letter_lower(char letter)
{
    return letter | 0x20;
}

/* Reads the word that begins at `text` and may go on for at most `limit` bytes; *text must be a letter. Of a word that
 * is longer than KEY_LONGEST, the first so many letters. */
struct key key_read(const char *text, size_t limit);

/* key_compare where the prefixes are equal. */
int key_compare_rest(const struct key *a, const struct key *b);

/* Negative, 0 or positive, as in the alphabet: a word stands before every longer one that begins with it. */
static inline int
key_compare(const struct key *a, const struct key *b)
{
    if (a->prefix != b->prefix)
        return a->prefix < b->prefix ? -1 : 1;
    /* A prefix that is not full holds all of its word. */
    return a->length < KEY_PREFIX_LETTERS ? 0 : key_compare_rest(a, b);
}

#endif
