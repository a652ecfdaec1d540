/* From Corey's errors to errno. */
#ifndef COREY_ERROR_NUMBER_H
#define COREY_ERROR_NUMBER_H

#include <stdint.h>

/* The errno for an error E_* of a system call (error.h). */
int error_number(int64_t error);

/* Sets errno to `number` (an E... of errno.h) and returns -1: how a C library's call fails. */
int errno_set(int number);

#endif
