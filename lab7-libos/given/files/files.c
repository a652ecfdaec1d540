/* Files: the C library's descriptors. A file is a module of the boot page: it lies in memory as a segment that
 * nobody can write, so opening it is mapping it, and reading it is copying. No call to the kernel is made after
 * open, and a program that wants no copy at all asks for the mapping itself: input() in platform.h.
 *
 * Descriptors 0, 1 and 2 are the console. Names are those of the boot page, compared whole: there are no folders. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console.h"
#include "error_number.h"
#include "platform.h"

#define FILES_MOST 32
#define BLOCK      4096 /* what is good to read at once: the size of stdio's buffers */

enum kind {
    KIND_CLOSED, /* 0: as a variable begins */
    KIND_CONSOLE,
    KIND_FILE,
};

struct file {
    enum kind kind;
    const char *data; /* of KIND_FILE: all of it */
    size_t bytes;
    size_t offset; /* of the next read; may lie beyond the end */
};

static struct file files[FILES_MOST] = {
    {.kind = KIND_CONSOLE}, {.kind = KIND_CONSOLE}, {.kind = KIND_CONSOLE}};

/* The open file of this number; null, and errno EBADF. */
static struct file *
file_find(int number)
{
    if (number >= 0 && number < FILES_MOST && files[number].kind != KIND_CLOSED)
        return &files[number];
    errno = EBADF;
    return NULL;
}

/* Nothing can be made, changed or emptied: EROFS for who asks for it. */
int
open(const char *name, int flags, ...)
{
    struct file file = {.kind = KIND_FILE};
    file.data = input(name, &file.bytes);
    if (!file.data)
        return errno_set(flags & O_CREAT ? EROFS : ENOENT);
    if ((flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL))
        return errno_set(EEXIST);
    if ((flags & O_ACCMODE) != O_RDONLY || flags & O_TRUNC)
        return errno_set(EROFS);
    for (int number = 0; number < FILES_MOST; number++)
        if (files[number].kind == KIND_CLOSED) {
            files[number] = file;
            return number;
        }
    return errno_set(EMFILE);
}

int
close(int number)
{
    struct file *file = file_find(number);
    if (!file)
        return -1;
    file->kind = KIND_CLOSED;
    return 0;
}

ssize_t
read(int number, void *to, size_t bytes)
{
    struct file *file = file_find(number);
    if (!file)
        return -1;
    if (file->kind == KIND_CONSOLE)
        return console_get(to, bytes);
    if (file->offset >= file->bytes)
        return 0;
    if (bytes > file->bytes - file->offset)
        bytes = file->bytes - file->offset;
    memcpy(to, file->data + file->offset, bytes);
    file->offset += bytes;
    return (ssize_t)bytes;
}

ssize_t
write(int number, const void *from, size_t bytes)
{
    struct file *file = file_find(number);
    if (!file)
        return -1;
    return file->kind == KIND_CONSOLE ? console_put(from, bytes) : errno_set(EBADF);
}

off_t
lseek(int number, off_t offset, int whence)
{
    struct file *file = file_find(number);
    if (!file)
        return -1;
    if (file->kind == KIND_CONSOLE)
        return errno_set(ESPIPE);
    if (whence != SEEK_SET && whence != SEEK_CUR && whence != SEEK_END)
        return errno_set(EINVAL);
    off_t from = whence == SEEK_SET ? 0 : (off_t)(whence == SEEK_CUR ? file->offset : file->bytes), to;
    if (__builtin_add_overflow(from, offset, &to))
        return errno_set(EOVERFLOW);
    if (to < 0)
        return errno_set(EINVAL);
    file->offset = (size_t)to;
    return to;
}

/* All that there is to know of a file. */
static void
file_stat(const struct file *file, struct stat *status)
{
    memset(status, 0, sizeof(*status));
    status->st_mode =
        file->kind == KIND_CONSOLE ? S_IFCHR | S_IRUSR | S_IWUSR : S_IFREG | S_IRUSR | S_IRGRP | S_IROTH;
    status->st_nlink = 1;
    status->st_size = (off_t)file->bytes;
    status->st_blksize = BLOCK;
}

int
fstat(int number, struct stat *status)
{
    struct file *file = file_find(number);
    if (!file)
        return -1;
    file_stat(file, status);
    return 0;
}

int
stat(const char *name, struct stat *status)
{
    struct file file = {.kind = KIND_FILE};
    file.data = input(name, &file.bytes);
    if (!file.data)
        return errno_set(ENOENT);
    file_stat(&file, status);
    return 0;
}

int
isatty(int number)
{
    struct file *file = file_find(number);
    if (!file)
        return 0;
    if (file->kind == KIND_CONSOLE)
        return 1;
    errno = ENOTTY;
    return 0;
}
