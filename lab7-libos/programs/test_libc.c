/* test_libc stdio | files | errno | exit STATUS | farewell STATUS | abort | fault ADDRESS: tests of the C
 * library over Corey's calls; test/libc.c runs them, and says how they end. A file that is in every image with
 * this program is the program itself. */
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

/* The end of a program whose only way to its status is all of exit(): main returns another; what atexit has
 * asked for prints something; flushing that, the function that stands in for stdout's own ends it with the
 * status wanted. */
static int wanted_status;

static _READ_WRITE_RETURN_TYPE
farewell_flush(struct _reent *state, void *cookie, const char *text, _READ_WRITE_BUFSIZE_TYPE bytes)
{
    (void)state, (void)cookie;
    _exit(bytes == 8 && memcmp(text, "farewell", 8) == 0 ? wanted_status : 1);
}

static void
farewell(void)
{
    printf("farewell"); /* no line's end, which would write it at once */
}

static int
test_farewell(int status)
{
    wanted_status = status;
    fflush(stdout); /* the first use of a stream sets all of them up */
    stdout->_write = farewell_flush;
    return atexit(farewell) == 0 ? 0 : 1;
}

int
main(int argc, char **argv)
{
    own_name = argv[0];
    const char *what = argc > 1 ? argv[1] : "", *argument = argc > 2 ? argv[2] : "0";
    if (strcmp(what, "stdio") == 0)
        test_stdio();
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
    else if (strcmp(what, "fault") == 0)
        *(volatile char *)strtoul(argument, NULL, 0) = 0;
    else
        check(!"an argument that is known");
    return 0;
}
