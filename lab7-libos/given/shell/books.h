/* The machine's books, for who shows them. */
#ifndef COREY_SHELL_BOOKS_H
#define COREY_SHELL_BOOKS_H

#include <stddef.h>
#include <stdint.h>

/* All records of a kind (BOOKS_* of device_abi.h), each `bytes` long, from malloc; *count of them. They are read
 * piece by piece: what changes meanwhile may come twice or be missed. Null, and errno: EBUSY: another program reads
 * the books. ENOENT: this one has no right to. ENOMEM. */
void *books_read(uint32_t op, size_t bytes, size_t *count);

#endif
