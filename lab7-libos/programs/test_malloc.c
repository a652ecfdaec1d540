/* test_malloc SEED | memory | touch: tests of the heap; test/malloc.c runs them, and says how they end. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "platform.h"

#define BLOCKS     256   /* alive at a time */
#define STEPS      20000 /* of the malloc test */
#define BLOCK_MOST 6000  /* bytes; one in 64 is LARGE times that */
#define LARGE      50
#define PIECE      (1ul << 20) /* of the test that uses up all memory */
#define PIECES     8192        /* more than there can be */

/* The byte at `offset` of the block that was filled with `mark`. */
static unsigned char
pattern(size_t offset, unsigned mark)
{
    return (unsigned char)(offset * 7 + mark);
}

static void
block_fill(unsigned char *block, size_t from, size_t bytes, unsigned mark)
{
    for (size_t offset = from; offset < bytes; offset++)
        block[offset] = pattern(offset, mark);
}

static void
block_check(const unsigned char *block, size_t bytes, unsigned mark)
{
    for (size_t offset = 0; offset < bytes; offset++)
        check_equal(pattern(offset, mark), block[offset]);
}

/* Blocks of random sizes come, grow, shrink and go; none of them loses a byte to another. */
static void
test_malloc(unsigned seed)
{
    static unsigned char *blocks[BLOCKS];
    static size_t sizes[BLOCKS];
    srand(seed);
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned mark = (unsigned)rand() % BLOCKS;
        size_t bytes = (size_t)rand() % BLOCK_MOST * (rand() % 64 ? 1 : LARGE);
        if (blocks[mark] && rand() % 2) {
            block_check(blocks[mark], sizes[mark], mark);
            free(blocks[mark]);
            blocks[mark] = NULL;
            continue;
        }
        size_t kept = blocks[mark] ? sizes[mark] : 0;
        blocks[mark] = realloc(blocks[mark], bytes + 1);
        check(blocks[mark] != NULL);
        check_equal(0, (uintptr_t)blocks[mark] % 16);
        sizes[mark] = bytes + 1;
        block_check(blocks[mark], kept < sizes[mark] ? kept : sizes[mark], mark);
        block_fill(blocks[mark], kept, sizes[mark], mark);
    }
    for (unsigned mark = 0; mark < BLOCKS; mark++) {
        if (blocks[mark])
            block_check(blocks[mark], sizes[mark], mark);
        free(blocks[mark]);
    }
    /* What has been used and freed comes back as zeros when zeros are asked for. */
    unsigned char *zeros = calloc(BLOCK_MOST, LARGE);
    check(zeros != NULL);
    for (size_t offset = 0; offset < (size_t)BLOCK_MOST * LARGE; offset++)
        check_equal(0, zeros[offset]);
    free(zeros);
}

/* Takes pieces until there are none, all of them to the last byte; returns how many, all freed again. */
static size_t
memory_use_up(void)
{
    static unsigned char *pieces[PIECES];
    size_t count = 0;
    errno = 0;
    while (count < PIECES && (pieces[count] = malloc(PIECE)) != NULL) {
        for (size_t offset = 0; offset < PIECE; offset += 512)
            pieces[count][offset] = pattern(offset, (unsigned)count);
        count++;
    }
    check_equal(ENOMEM, errno);
    for (size_t index = 0; index < count; index++) {
        for (size_t offset = 0; offset < PIECE; offset += 512)
            check_equal(pattern(offset, (unsigned)index), pieces[index][offset]);
        free(pieces[index]);
    }
    return count;
}

/* Running out of memory is a null pointer and an errno, not the end; and what is freed can be had again. */
static void
test_memory(void)
{
    errno = 0;
    check(malloc(1ul << 60) == NULL);
    check_equal(ENOMEM, errno);
    check(sbrk((ptrdiff_t)1 << 62) == (void *)-1);
    size_t count = memory_use_up();
    check(count > 1);
    char *text = malloc(PIECE);
    check(text != NULL);
    snprintf(text, PIECE, "%zu MiB", count);
    free(text);
    size_t again = memory_use_up();
    check(again + 1 >= count); /* the heap may be cut differently */
}

/* Touches memory that was promised until there is none. */
static void
test_touch(void)
{
    for (;;) {
        volatile char *piece = memory(PIECE, PRIVATE);
        check(piece != NULL);
        for (size_t offset = 0; offset < PIECE; offset += 4096)
            piece[offset] = 1;
    }
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "1";
    if (strcmp(what, "memory") == 0)
        test_memory();
    else if (strcmp(what, "touch") == 0)
        test_touch();
    else
        test_malloc((unsigned)strtoul(what, NULL, 0));
    return 0;
}
