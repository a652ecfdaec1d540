/* Devices, as a program in ring 3 uses them. */
#ifndef COREY_DEVICES_H
#define COREY_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "device_abi.h"
#include "handle.h"

#define OWN_SHARE HANDLE(1, 0)

/* Memory that a device can work on: a segment of the program's own, mapped at `header`. */
struct buffer {
    struct device_buffer *header;
    uint64_t segment; /* handle */
};

/* Zeroed memory of `bytes`, rounded up to pages, in the part of the address space that is kept for buffers. 0 or an
 * error. */
int64_t buffer_make(uint64_t bytes, struct buffer *out);

/* The data behind the header. */
static inline void *
buffer_data(const struct buffer *buffer)
{
    return buffer->header + 1;
}

/* Whether two names are the same. */
bool name_equal(const char *a, const char *b);

/* The handle of the machine's port of this name, or E_NOENT. */
int64_t port_handle(const char *name);

/* Claims the device of this name: the claim's handle, or an error. */
int64_t device_open(const char *name);

/* Hands a request with `length` bytes of data over, at the start of the buffer. 0 or an error. */
int64_t device_start(uint64_t device, const struct buffer *buffer, uint32_t op, uint64_t length);

/* The same, for a device that works at once: the request's status, or an error. */
int64_t device_do(uint64_t device, const struct buffer *buffer, uint32_t op, uint64_t length);

#endif
