/* Ports and claims: the machine's devices as objects. */
#include "device.h"

#include "call.h"
#include "calls6.h"
#include "panic.h"
#include "program.h"
#include "startup.h"
#include "string.h"

#define PORTS_MOST 32

static struct device *ports[PORTS_MOST]; /* constant after start-up */
static size_t port_count;

static void
device_destroy(struct object *object)
{
    struct device *device = CONTAINER_OF(object, struct device, object);
    if (device->port != NULL) /* else the claim failed */
        device_release(device);
}
OBJECT_TYPE(device, OBJECT_DEVICE, device_destroy);

/* A port's one reference is the machine's, for good. */
STARTUP(60, ports)
{
    TABLE_EACH (driver, const struct device_driver, driver) {
        struct object *object;
        assert(port_count < PORTS_MOST);
        if (object_create(OBJECT_DEVICE, sizeof(struct device), NULL, 0, (*driver)->name, &object) < 0)
            panic("no memory for the port %s", (*driver)->name);
        ports[port_count] = CONTAINER_OF(object, struct device, object);
        ports[port_count]->driver = *driver;
        port_count++;
    }
}

PROGRAM_SETUP(60, ports)
{
    (void)page;
    for (size_t i = 0; i < port_count; i++) {
        int error = share_add(share, &ports[i]->object, RIGHT_ALL);
        if (error < 0)
            return error;
    }
    return 0;
}

struct device *
port_at(size_t i)
{
    return i < port_count ? ports[i] : NULL;
}

struct device *
port_find(const char *name)
{
    for (size_t i = 0; i < port_count; i++) {
        if (strcmp(ports[i]->driver->name, name) == 0)
            return ports[i];
    }
    return NULL;
}

/* Without the lock: who lists all devices is no reason for their users to wait. Relaxed: a glance, and the two need
 * not be of one moment. */
static struct device_status
port_status(const struct device *port)
{
    struct device_status status = {.id = port->object.id,
                                   .condition = __atomic_load_n(&port->condition, __ATOMIC_RELAXED),
                                   .in_flight = __atomic_load_n(&port->in_flight, __ATOMIC_RELAXED)};
    string_copy(status.name, port->driver->name, sizeof(status.name));
    return status;
}

CALL_HANDLER(device_list, address, bytes, cursor)
{
    size_t copied = 0;
    for (uint64_t i = cursor;
         i < port_count && bytes - copied * sizeof(struct device_status) >= sizeof(struct device_status);
         i++, copied++) {
        struct device_status status = port_status(ports[i]);
        int error = call_copy_out(address + copied * sizeof(status), &status, sizeof(status));
        if (error < 0)
            return call_error(error);
    }
    return call_value(copied);
}

CALL_HANDLER(device_alloc, share_handle, port_handle, name_address, memory)
{
    char name[NAME_SIZE];
    int error = call_name(name_address, name);
    int home = call_memory(memory);
    if (error < 0 || home < 0)
        return call_error(error < 0 ? error : home);
    struct share_found found = share_find_own(share_handle);
    if (found.object == NULL)
        return call_value(found.rights);
    struct share *share = CONTAINER_OF(found.object, struct share, object);
    found = share_find_typed(port_handle, OBJECT_DEVICE, RIGHT_X);
    if (found.object == NULL)
        return call_value(found.rights);
    struct device *port = CONTAINER_OF(found.object, struct device, object), *device;
    if (port->port != NULL)
        return call_error(E_INVAL);
    error = device_claim(port, share->account, home, name, &device);
    return call_value(error < 0 ? error : share_add_new(share_handle, share, &device->object));
}

CALL_HANDLER(device_stat, handle, address, bytes)
{
    struct share_found found = share_find_typed(handle, OBJECT_DEVICE, RIGHT_R);
    if (found.object == NULL)
        return call_value(found.rights);
    struct device *device = CONTAINER_OF(found.object, struct device, object);
    struct device_status status = port_status(device->port != NULL ? device->port : device);
    uint64_t length = minimum(bytes, sizeof(status));
    int error = call_copy_out(address, &status, length);
    return call_value(error < 0 ? error : (int64_t)length);
}

CALL_HANDLER(device_buf, device_handle, segment_handle, offset)
{
    struct share_found found = share_find_typed(device_handle, OBJECT_DEVICE, RIGHT_W);
    if (found.object == NULL)
        return call_value(found.rights);
    struct device *device = CONTAINER_OF(found.object, struct device, object);
    if (device->port == NULL)
        return call_error(E_INVAL);
    found = share_find_typed(segment_handle, OBJECT_SEGMENT, RIGHT_R | RIGHT_W);
    if (found.object == NULL)
        return call_value(found.rights);
    return call_value(device_hand_over(device, CONTAINER_OF(found.object, struct segment, object), offset));
}
