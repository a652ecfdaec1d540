/* The system calls of lab 5, for ring 3. What each does stands in calls5.def. */
#ifndef COREY_CORE_CALLS_H
#define COREY_CORE_CALLS_H

#include "call_stub.h"
#include "core_context.h"
#include "core_status.h"

#define CALL(number, name, parameters, names, kinds, rights, errors)                                         \
    CALL_STUB(number, name, parameters, names)
#include "calls5.def"
#undef CALL

#endif
