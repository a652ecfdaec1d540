/* Reading the books: the device is claimed for as long as that takes. */
#include "books.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "again.h"
#include "calls.h"
#include "devices.h"
#include "error_number.h"

#define BUFFER_BYTES (DEVICE_BUFFER_MOST)

static struct buffer buffer;

/* Appends the records from *next on that the buffer has room for; *next becomes the number to go on from, 0: none. */
static int64_t
books_append(uint64_t device, uint32_t op, char **records, size_t *filled, uint64_t *next)
{
    buffer.header->argument[0] = *next;
    int64_t bytes = again(device_do(device, &buffer, op, BUFFER_BYTES - sizeof(struct device_buffer)));
    if (bytes < 0)
        return bytes;
    char *more = realloc(*records, *filled + (size_t)bytes + 1);
    if (!more)
        return E_NOMEM;
    memcpy(more + *filled, buffer_data(&buffer), (size_t)bytes);
    *records = more;
    *filled += (size_t)bytes;
    *next = buffer.header->argument[1];
    return 0;
}

void *
books_read(uint32_t op, size_t bytes, size_t *count)
{
    char *records = NULL;
    size_t filled = 0;
    uint64_t next = 0;
    int64_t device, error = buffer.header ? 0 : again(buffer_make(BUFFER_BYTES, &buffer));
    if (error < 0 || (device = again(device_open("books"))) < 0) {
        errno = error_number(error < 0 ? error : device);
        return NULL;
    }
    do
        error = books_append((uint64_t)device, op, &records, &filled, &next);
    while (error >= 0 && next != 0);
    share_delobj((uint64_t)device);
    if (error < 0) {
        free(records);
        errno = error_number(error);
        return NULL;
    }
    *count = filled / bytes;
    return records;
}
