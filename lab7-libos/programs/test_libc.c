/* test_libc stdio | malloc SEED | memory | files | errno | exit STATUS | farewell STATUS | abort: tests of the C library over
 * Corey's calls; test/libc.c runs them. Status 0, or what is said there. A file that is in every image with this program is
 * the program itself. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "check.h"
#include "devices.h"

#define BLOCKS     256   /* alive at a time */
#define STEPS      20000 /* of the malloc test */
#define BLOCK_MOST 6000  /* bytes; one in 64 is LARGE times that */
#define LARGE      50
#define PIECE      (1ul << 20) /* of the test that uses up all memory */
#define PIECES     8192        /* more than there can be */

static const char *own_name;

static void
test_stdio(void)
{
    char text[128];
    volatile size_t room = 4; /* the compiler is not to see that the text is cut */
    check_equal(25, snprintf(text, sizeof(text), "%d %s %08lx %zu %" PRIu64 " %c|", -7, "word", 0xbeeful,
                             sizeof(text), UINT64_C(1) << 40 >> 38, 'x'));
    check_equal(0, strcmp(text, "-7 word 0000beef 128 4 x|"));
    check_equal(11, snprintf(text, room, "%s", "longer text"));
    check_equal(0, strcmp(text, "lon"));
    snprintf(text, sizeof(text), "%.3f %g %5.1e", 2.0 / 3, 0.25, sqrt(1e6));
    check_equal(0, strcmp(text, "0.667 0.25 1.0e+03"));
    int number;
    unsigned long hexadecimal;
    check_equal(3, sscanf("  12 word ff", "%d %5s %lx", &number, text, &hexadecimal));
    check_equal(12, number);
    check_equal(255, hexadecimal);
    check_equal(0, strcmp(text, "word"));
    check_equal(6, printf("%s\n", "hello"));
    check_equal(1200, printf("%1199d\n", 1)); /* longer than one debug_write */
    check_equal(0, fflush(stdout));
}

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

static void
test_files(void)
{
    struct stat status;
    check_equal(0, stat(own_name, &status));
    check(S_ISREG(status.st_mode) && status.st_size > 4096);
    size_t size = (size_t)status.st_size;
    int number = open(own_name, O_RDONLY);
    check_equal(3, number);
    char *whole = malloc(size + 1), magic[4];
    check_equal(size, read(number, whole, size + 1));
    check_equal(0, read(number, whole + size, 1));
    check_equal(0, memcmp(whole, "\177ELF", sizeof(magic)));
    check_equal(size - 3, lseek(number, -3, SEEK_END));
    check_equal(3, read(number, magic, sizeof(magic)));
    check_equal(0, memcmp(whole + size - 3, magic, 3));
    check_equal(size + 100, lseek(number, 100, SEEK_CUR));
    check_equal(0, read(number, magic, sizeof(magic)));
    check_equal(0, close(number));

    FILE *file = fopen(own_name, "r");
    check(file != NULL);
    check_equal(0, fstat(fileno(file), &status));
    check_equal(size, status.st_size);
    for (size_t offset = size; offset > 1237; offset -= 1237) {
        check_equal(0, fseek(file, (long)(offset - 7), SEEK_SET));
        check_equal((unsigned char)whole[offset - 7], fgetc(file));
        check_equal((unsigned char)whole[offset - 6], fgetc(file));
        check_equal(offset - 5, ftell(file));
    }
    rewind(file);
    check_equal(size, fread(whole, 1, size + 1, file));
    check(feof(file) && !ferror(file));
    check_equal(0, fclose(file));
    free(whole);
}

/* The call is refused, and this is the reason. */
#define check_errno(number, call)                                                                            \
    do {                                                                                                     \
        errno = 0;                                                                                           \
        check_equal(-1, (intptr_t)(call));                                                                   \
        check_equal(number, errno);                                                                          \
    } while (0)

static void
test_errno(void)
{
    char byte = 0;
    struct stat status;
    check_errno(ENOENT, open("/no/such/file", O_RDONLY));
    check_errno(ENOENT, stat("", &status));
    check_errno(EROFS, open(own_name, O_RDWR));
    check_errno(EROFS, open(own_name, O_RDONLY | O_TRUNC));
    check_errno(EROFS, open("/new", O_WRONLY | O_CREAT, 0666));
    check_errno(EEXIST, open(own_name, O_WRONLY | O_CREAT | O_EXCL, 0666));
    check(fopen("/new", "w") == NULL);
    check_equal(EROFS, errno);
    int number = open(own_name, O_RDONLY);
    check_errno(EBADF, write(number, &byte, 1));
    check_errno(EINVAL, lseek(number, -1, SEEK_SET));
    check_errno(EINVAL, lseek(number, 0, 17));
    check_errno(ESPIPE, lseek(1, 0, SEEK_SET));
    check_errno(EFAULT, write(1, (void *)8, 1));
    check_equal(1, isatty(1));
    check_equal(0, isatty(number));
    check_equal(ENOTTY, errno);
    check_equal(0, close(number));
    check_errno(EBADF, close(number));
    check_errno(EBADF, read(number, &byte, 1));
    check_errno(EBADF, fstat(-1, &status));
    check_errno(EBADF, read(1 << 20, &byte, 1));
    int64_t console = device_open("console");
    check(console > 0);
    check_errno(EBUSY, read(0, &byte, 1)); /* it has one owner */
    check_equal(0, share_delobj(console));
    check_errno(ESRCH, kill(getpid() + 1, SIGTERM));
    check_errno(EINVAL, kill(getpid(), -1));
    check_equal(0, kill(getpid(), 0));
    int last = open(own_name, O_RDONLY);
    for (int next; (next = open(own_name, O_RDONLY)) >= 0;)
        last = next;
    check_equal(EMFILE, errno);
    check_equal(0, close(last));
    check_equal(last, open(own_name, O_RDONLY));
    struct timeval before, after;
    check_equal(0, gettimeofday(&before, NULL));
    clock_t ticks = clock();
    while (clock() == ticks)
        ;
    check_equal(0, gettimeofday(&after, NULL));
    check(timercmp(&before, &after, <));
}

/* The end of a program whose only way to its status is all of exit(): main returns another; what atexit has asked for writes to a
 * stream; flushing the stream ends the program with the status wanted. */
static int wanted_status;
static FILE *farewell_stream;

static int
farewell_flush(void *cookie, const char *text, int bytes)
{
    (void)cookie;
    _exit(bytes == 8 && memcmp(text, "farewell", 8) == 0 ? wanted_status : 1);
}

static void
farewell(void)
{
    fprintf(farewell_stream, "farewell");
}

static int
test_farewell(int status)
{
    wanted_status = status;
    farewell_stream = funopen(NULL, NULL, farewell_flush, NULL, NULL);
    return farewell_stream && atexit(farewell) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    own_name = argv[0];
    const char *what = argc > 1 ? argv[1] : "", *argument = argc > 2 ? argv[2] : "0";
    if (strcmp(what, "stdio") == 0)
        test_stdio();
    else if (strcmp(what, "malloc") == 0)
        test_malloc((unsigned)strtoul(argument, NULL, 0));
    else if (strcmp(what, "memory") == 0)
        test_memory();
    else if (strcmp(what, "files") == 0)
        test_files();
    else if (strcmp(what, "errno") == 0)
        test_errno();
    else if (strcmp(what, "exit") == 0)
        return atoi(argument);
    else if (strcmp(what, "farewell") == 0)
        return test_farewell(atoi(argument));
    else if (strcmp(what, "abort") == 0)
        abort();
    else
        check(!"an argument that is known");
    return 0;
}
