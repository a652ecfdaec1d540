/* Failures on demand, so that tests in ring 3 reach every way out of a call. Only in debug kernels. */
#include "device.h"

#ifdef DEBUG

static int
failures_device_start(struct transfer *transfer)
{
    if (transfer->header.op != FAILURES_SET || transfer->header.argument[0] >= core_count)
        return E_INVAL;
    uint64_t core = transfer->header.argument[0], k = transfer->header.argument[1];
    transfer_end(transfer, 0);
    allocation_fail_at(core, k);
    return 0;
}

DEVICE_DRIVER(failures) = {"failures", failures_device_start};

#endif
