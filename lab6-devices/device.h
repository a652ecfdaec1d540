/* Devices: claiming one, handing it buffers, and what happens when its owner dies. Exercise 6.1.
 *
 *     port    the machine's device, for good; an entry for it with X is the right to claim, which the first
 *       ^     program gets for all of them
 *     device  the claim: an object like any other. When its last reference goes, the port is free again
 *       ^
 *     transfer  one buffer that was handed over, until the device has finished with it
 *
 * D1  A port has one device at a time.
 * D2  The pages of a buffer are pinned from the moment it is handed over until the device has finished: they are
 *     present, the segment's own, stay at their frames, and are not freed. The transfer holds the segment.
 * D3  A device that dies with transfers under way leaves its port resetting: the pins stay, and nobody can claim
 *     the port until the last transfer has ended. Hardware does not stop because its owner is gone.
 * D4  Lengths and addresses of a transfer are read from the buffer's header once, checked, and kept in the kernel:
 *     the header is shared memory and may change at any time. */
#ifndef COREY_DEVICE_H
#define COREY_DEVICE_H

#include "device_abi.h"
#include "object.h"
#include "segment.h"
#include "share.h"
#include "timer.h"

struct device;
struct transfer;

/* What a kind of device can do. */
struct device_driver {
    const char *name;
    /* Starts the work of a transfer, whose pages are pinned. Either finishes it before returning, by transfer_end, or
     * sees to it that transfer_end is called later, on any core, with no locks held. 0, or an error for a request
     * that it does not understand: then it has done nothing, and the caller undoes the hand-over. */
    int (*start)(struct transfer *transfer);
};

/* A driver registers where it stands; its port is made at start-up. */
#define DEVICE_DRIVER(name)                                                                                  \
    static const struct device_driver driver_##name;                                                         \
    TABLE_ENTRY(driver, 50, const struct device_driver, name, &driver_##name);                               \
    static const struct device_driver driver_##name

TABLE(driver, const struct device_driver);

struct device {
    struct object object; /* the port's lock guards changes of condition, in_flight and transfers */
    struct device *port;  /* of a claim; null: this is the port itself */
    const struct device_driver *driver;
    uint32_t condition;         /* of a port: enum device_condition */
    uint32_t in_flight;         /* of a port: transfers that have not ended, at most DEVICE_IN_FLIGHT_MOST */
    struct transfer *transfers; /* of a port: all that there are */
};

struct transfer {
    struct transfer *next, **previous; /* of the port's list; `previous` is what points here */
    struct device *port;
    struct segment *segment;     /* held */
    uint64_t offset;             /* of the header, bytes; the data follow it */
    struct device_buffer header; /* as it was when it was handed over (D4) */
    uint64_t first, pages;       /* pinned pages of the segment */
    struct timer timer;          /* the driver's, where a timer stands in for an interrupt */
};

/* --- exercise 6.1 ---------------------------------------------------------------------------------------------- */

/* Claims a port: makes a device object, charged to `account`; the caller holds its one reference. The port is then
 * DEVICE_CLAIMED (D1). E_BUSY: it is not DEVICE_FREE. E_NOMEM, E_AGAIN, E_NOSPC: nothing changed. */
int device_claim(struct device *port, struct account *account, uint32_t home, const char *name,
                 struct device **out);

/* Hands the buffer at `offset` of the segment to a claimed device: counts the transfer in flight, reads the header
 * (transfer_read_header), checks that header and data together are at most DEVICE_BUFFER_MOST, pins their pages (D2)
 * and starts the driver. The driver may end the transfer before it returns.
 * E_BUSY: DEVICE_IN_FLIGHT_MOST are under way. E_INVAL: offset not a multiple of 64, or outside the segment; too
 * long, or reaching beyond the segment; or the driver does not know the request. E_PERM: read-only segment. E_NOENT:
 * the segment is dead. E_NOMEM, E_AGAIN. On error nothing is pinned, held or counted. */
int device_hand_over(struct device *device, struct segment *segment, uint64_t offset);

/* The device has finished: writes status and done into the header (transfer_write_done), unpins, ends the transfer,
 * and counts it out. When the port was resetting and this was the last, it is free (D3). No locks held. */
void transfer_end(struct transfer *transfer, int64_t status);

/* The last reference of a claim is gone: the port is free, or resetting while transfers are under way (D3). */
void device_release(struct device *device);

/* --- given ------------------------------------------------------------------------------------------------------ */

/* Transfers of a port under way: what they cost the kernel is bounded, and charged to nobody. */
#define DEVICE_IN_FLIGHT_MOST 64

/* A transfer of this buffer, on its port's list, with a reference on the segment. E_NOMEM; E_NOENT: the segment is
 * dead; then *out is null. */
int transfer_create(struct device *port, struct segment *segment, uint64_t offset, struct transfer **out);

/* The end of it: off the list, the segment let go. A null transfer: nothing. No locks held. */
void transfer_free(struct transfer *transfer);

/* Copies the header out of the segment into transfer->header. E_INVAL: offset. E_NOMEM, E_AGAIN. */
int transfer_read_header(struct transfer *transfer);

/* Writes status, then done = 1 (release: whoever sees done sees the data and the status). The pages are pinned. */
void transfer_write_done(struct transfer *transfer, int64_t status);

/* Moves bytes between the kernel and the buffer's data, `at` bytes behind the header; within header.length. */
void transfer_get(struct transfer *transfer, uint64_t at, void *to, uint64_t bytes);
void transfer_put(struct transfer *transfer, uint64_t at, const void *from, uint64_t bytes);

/* Writes header.argument[i]. */
void transfer_put_argument(struct transfer *transfer, unsigned i, uint64_t value);

/* The machine's ports: number i, or null behind the last; and the one with this driver's name, or null. */
struct device *port_at(size_t i);
struct device *port_find(const char *name);

#endif
