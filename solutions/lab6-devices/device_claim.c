/* Exercise 6.1: claim a device, hand it buffers, survive its owner. Contract and rules D1 to D4: device.h. */
#include "device.h"

#include "hole.h"
#include "segment_pin.h"

/* A transfer that was counted in flight is over; a resetting port that has none left is free (D3). */
static void
port_count_out(struct device *port)
{
    /* BEGIN 6.1 */
    queue_lock(&port->object.lock);
    port->in_flight--;
    if (port->in_flight == 0 && port->condition == DEVICE_RESETTING)
        port->condition = DEVICE_FREE;
    queue_unlock(&port->object.lock);
    /* END 6.1 */
}

int
device_claim(struct device *port, struct account *account, uint32_t home, const char *name,
             struct device **out)
{
    /* BEGIN 6.1 */
    struct object *object;
    int error = object_create(OBJECT_DEVICE, sizeof(struct device), account, home, name, &object);
    if (error < 0)
        return error;
    struct device *device = CONTAINER_OF(object, struct device, object);
    device->driver = port->driver;

    queue_lock(&port->object.lock);
    if (port->condition == DEVICE_FREE) {
        port->condition = DEVICE_CLAIMED;
        device->port = port; /* from here on the claim's end frees the port */
    }
    queue_unlock(&port->object.lock);
    if (device->port == NULL) {
        object_drop(object);
        return E_BUSY;
    }
    *out = device;
    return 0;
    /* END 6.1 */
}

int
device_hand_over(struct device *device, struct segment *segment, uint64_t offset)
{
    /* BEGIN 6.1 */
    struct device *port = device->port;
    queue_lock(&port->object.lock);
    bool room = port->in_flight < DEVICE_IN_FLIGHT_MOST;
    if (room)
        port->in_flight++;
    queue_unlock(&port->object.lock);
    if (!room)
        return E_BUSY;

    struct transfer *transfer;
    int error = transfer_create(port, segment, offset, &transfer);
    if (error == 0)
        error = transfer_read_header(transfer);
    if (error == 0 && transfer->header.length > DEVICE_BUFFER_MOST - sizeof(struct device_buffer))
        error = E_INVAL;
    if (error == 0) {
        uint64_t end = offset + sizeof(struct device_buffer) + transfer->header.length;
        transfer->first = offset / PAGE_SIZE;
        transfer->pages = (end - 1) / PAGE_SIZE + 1 - transfer->first;
        error = segment_pin(segment, transfer->first, transfer->pages);
    }
    if (error == 0) {
        error = port->driver->start(transfer);
        if (error == 0)
            return 0; /* the transfer may have ended already */
        segment_unpin(segment, transfer->first, transfer->pages);
    }
    transfer_free(transfer);
    port_count_out(port);
    return error;
    /* END 6.1 */
}

void
transfer_end(struct transfer *transfer, int64_t status)
{
    /* BEGIN 6.1 */
    struct device *port = transfer->port;
    transfer_write_done(transfer, status);
    segment_unpin(transfer->segment, transfer->first, transfer->pages);
    transfer_free(transfer);
    port_count_out(port);
    /* END 6.1 */
}

void
device_release(struct device *device)
{
    /* BEGIN 6.1 */
    struct device *port = device->port;
    queue_lock(&port->object.lock);
    port->condition = port->in_flight == 0 ? DEVICE_FREE : DEVICE_RESETTING;
    queue_unlock(&port->object.lock);
    /* END 6.1 */
}
