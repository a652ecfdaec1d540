/* The system calls of lab 6, for ring 3. What each does stands in calls6.def. */
#ifndef COREY_DEVICE_CALLS_H
#define COREY_DEVICE_CALLS_H

#include "call_stub.h"
#include "device_abi.h"

#define CALL(number, name, parameters, names, kinds, rights, errors)                                         \
    CALL_STUB(number, name, parameters, names)
#include "calls6.def"
#undef CALL

#endif
