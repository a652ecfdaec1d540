/* From Corey's errors to errno. Most have a namesake; the others mean to a C program what stands beside them. */
#include "error_number.h"

#include <errno.h>
#include <stddef.h>

#include "error.h"

static const int numbers[] = {
    [-E_INVAL] = EINVAL, [-E_NOMEM] = ENOMEM, [-E_PERM] = EPERM,   [-E_NOENT] = ENOENT, [-E_EXIST] = EEXIST,
    [-E_BUSY] = EBUSY,   [-E_AGAIN] = EAGAIN, [-E_NOSPC] = ENOSPC, [-E_LOOP] = ELOOP,   [-E_FAULT] = EFAULT,
    [-E_NOSYS] = ENOSYS, [-E_TYPE] = EINVAL, /* the argument names something of another kind */
    [-E_HALTED] = EINTR,                     /* the call was broken off */
    [-E_IO] = EIO,
};

int
error_number(int64_t error)
{
    size_t index = (size_t)-error;
    return index < sizeof(numbers) / sizeof(numbers[0]) && numbers[index] ? numbers[index] : EIO;
}

int
errno_set(int number)
{
    errno = number;
    return -1;
}
