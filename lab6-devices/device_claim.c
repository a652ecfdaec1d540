/* Exercise 6.1: claim a device, hand it buffers, survive its owner. Contract and rules D1 to D4: device.h. */
#include "device.h"

#include "hole.h"
#include "segment_pin.h"

/* A transfer that was counted in flight is over; a resetting port that has none left is free (D3). */
static void
port_count_out(struct device *port)
{
    hole("6.1");
}

int
device_claim(struct device *port, struct account *account, uint32_t home, const char *name,
             struct device **out)
{
    hole("6.1");
}

int
device_hand_over(struct device *device, struct segment *segment, uint64_t offset)
{
    hole("6.1");
}

void
transfer_end(struct transfer *transfer, int64_t status)
{
    hole("6.1");
}

void
device_release(struct device *device)
{
    hole("6.1");
}
