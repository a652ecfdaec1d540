/* The console as a device: output in one piece, input as it was typed. */
#include "console.h"

#include "device.h"

#define PART 256

static int64_t
console_device_write(struct transfer *transfer)
{
    char part[PART];
    for (uint64_t at = 0; at < transfer->header.length; at += PART) {
        uint64_t bytes = minimum(PART, transfer->header.length - at);
        transfer_get(transfer, at, part, bytes);
        console_write(part, bytes);
    }
    return transfer->header.length;
}

static int64_t
console_device_read(struct transfer *transfer)
{
    uint64_t at = 0;
    for (int byte; at < transfer->header.length && (byte = console_read()) >= 0; at++) {
        char typed = byte;
        transfer_put(transfer, at, &typed, 1);
    }
    return at;
}

static int
console_device_start(struct transfer *transfer)
{
    switch (transfer->header.op) {
    case CONSOLE_WRITE:
        transfer_end(transfer, console_device_write(transfer));
        return 0;
    case CONSOLE_READ:
        transfer_end(transfer, console_device_read(transfer));
        return 0;
    }
    return E_INVAL;
}

DEVICE_DRIVER(console) = {"console", console_device_start};
