/* Devices: finding, claiming, asking. */
#include "devices.h"

#include "calls.h"
#include "device_calls.h"
#include "start.h"

#define BUFFERS_START 0x600000000000ul
#define PORTS_MOST    32
#define PAGE          4096ul

int64_t
buffer_make(uint64_t bytes, struct buffer *out)
{
    static uint64_t next = BUFFERS_START;
    uint64_t size = (bytes + PAGE - 1) & ~(PAGE - 1);
    int64_t segment = segment_alloc(OWN_SHARE, "buffer", MEMORY_HERE);
    if (segment < 0)
        return segment;
    int64_t error = segment_set_nbytes(segment, size);
    if (error == 0)
        error = at_set_seg(boot_page->root, next, segment, 0, size, PERM_R | PERM_W);
    if (error < 0) {
        share_delobj(segment);
        return error;
    }
    *out = (struct buffer){(struct device_buffer *)next, segment};
    next += size + PAGE; /* a hole between, for whoever runs over the end */
    return 0;
}

bool
name_equal(const char *a, const char *b)
{
    for (; *a == *b; a++, b++)
        if (*a == '\0')
            return true;
    return false;
}

int64_t
port_handle(const char *name)
{
    struct device_status list[PORTS_MOST];
    int64_t count = device_list(list, sizeof(list), 0);
    for (int64_t i = 0; i < count; i++)
        if (name_equal(list[i].name, name))
            return HANDLE(1, list[i].id);
    return count < 0 ? count : E_NOENT;
}

int64_t
device_open(const char *name)
{
    int64_t port = port_handle(name);
    return port < 0 ? port : device_alloc(OWN_SHARE, port, name, MEMORY_HERE);
}

int64_t
device_start(uint64_t device, const struct buffer *buffer, uint32_t op, uint64_t length)
{
    buffer->header->op = op;
    buffer->header->length = length;
    buffer->header->done = 0;
    return device_buf(device, buffer->segment, 0);
}

int64_t
device_do(uint64_t device, const struct buffer *buffer, uint32_t op, uint64_t length)
{
    int64_t error = device_start(device, buffer, op, length);
    return error < 0 ? error : buffer->header->status;
}
