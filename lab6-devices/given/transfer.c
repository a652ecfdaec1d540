/* Transfers: the kernel's view of a buffer that a device works on. All bytes go through the direct map, page by
 * page. */
#include "device.h"

#include "panic.h"
#include "segment_touch.h"
#include "slab.h"
#include "string.h"

int
transfer_create(struct device *port, struct segment *segment, uint64_t offset, struct transfer **out)
{
    *out = NULL;
    if (!object_hold(&segment->object))
        return E_NOENT;
    struct transfer *transfer = slab_alloc(core_index(), sizeof(struct transfer));
    if (transfer == NULL) {
        object_drop(&segment->object);
        return E_NOMEM;
    }
    transfer->port = port;
    transfer->segment = segment;
    transfer->offset = offset;

    queue_lock(&port->object.lock);
    transfer->next = port->transfers;
    transfer->previous = &port->transfers;
    if (transfer->next != NULL)
        transfer->next->previous = &transfer->next;
    port->transfers = transfer;
    queue_unlock(&port->object.lock);
    *out = transfer;
    return 0;
}

void
transfer_free(struct transfer *transfer)
{
    if (transfer == NULL)
        return;
    struct device *port = transfer->port;
    queue_lock(&port->object.lock);
    *transfer->previous = transfer->next;
    if (transfer->next != NULL)
        transfer->next->previous = transfer->previous;
    queue_unlock(&port->object.lock);
    object_drop(&transfer->segment->object);
    slab_free(transfer);
}

/* The address of a byte of the segment, for reading or writing; the page is made to be there. Segment locked. */
static int
segment_byte(struct segment *segment, uint64_t offset, enum access access, char **out)
{
    struct page *page;
    int error = segment_touch(segment, offset / PAGE_SIZE, access, &page);
    if (error == 0)
        *out = (char *)page_bytes(page) + offset % PAGE_SIZE;
    return error;
}

int
transfer_read_header(struct transfer *transfer)
{
    struct segment *segment = transfer->segment;
    char *bytes;
    if (transfer->offset % CACHE_LINE != 0)
        return E_INVAL;
    queue_lock(&segment->object.lock);
    int error = segment_byte(segment, transfer->offset, ACCESS_READ, &bytes);
    if (error == 0)
        memcpy(&transfer->header, bytes, sizeof(transfer->header));
    queue_unlock(&segment->object.lock);
    return error;
}

/* A pinned page is there and the segment's own (D2), so this cannot fail. */
static char *
transfer_byte(struct transfer *transfer, uint64_t offset)
{
    char *byte;
    queue_lock(&transfer->segment->object.lock);
    int error = segment_byte(transfer->segment, offset, ACCESS_WRITE, &byte);
    queue_unlock(&transfer->segment->object.lock);
    assert(error == 0);
    return byte;
}

static void
transfer_move(struct transfer *transfer, uint64_t at, char *kernel, uint64_t bytes, bool put)
{
    assert(at + bytes <= transfer->header.length);
    uint64_t offset = transfer->offset + sizeof(struct device_buffer) + at;
    while (bytes > 0) {
        uint64_t part = minimum(bytes, PAGE_SIZE - offset % PAGE_SIZE);
        char *user = transfer_byte(transfer, offset);
        memcpy(put ? user : kernel, put ? kernel : user, part);
        offset += part;
        kernel += part;
        bytes -= part;
    }
}

void
transfer_get(struct transfer *transfer, uint64_t at, void *to, uint64_t bytes)
{
    transfer_move(transfer, at, to, bytes, false);
}

void
transfer_put(struct transfer *transfer, uint64_t at, const void *from, uint64_t bytes)
{
    transfer_move(transfer, at, (char *)from, bytes, true);
}

/* The header does not cross a page: it is 64 bytes, aligned to 64. */
static struct device_buffer *
transfer_shared_header(struct transfer *transfer)
{
    _Static_assert(sizeof(struct device_buffer) <= CACHE_LINE, "the header would cross a page");
    return (struct device_buffer *)transfer_byte(transfer, transfer->offset);
}

void
transfer_put_argument(struct transfer *transfer, unsigned i, uint64_t value)
{
    transfer_shared_header(transfer)->argument[i] = value;
}

void
transfer_write_done(struct transfer *transfer, int64_t status)
{
    struct device_buffer *header = transfer_shared_header(transfer);
    header->status = status;
    /* Release: data and status are written before; partner: the acquire with which ring 3 waits for done. */
    __atomic_store_n(&header->done, 1, __ATOMIC_RELEASE);
}
