/* The system calls of labs 3 and 4, for ring 3: as functions. What each does stands in calls3.def and
 * calls4.def. */
#ifndef COREY_CALLS_H
#define COREY_CALLS_H

#include "call_stub.h"
#include "handle.h"
#include "object_kinds.h"
#include "perm.h"
#include "trap_area.h"

#define CALL(number, name, parameters, names, kinds, rights, errors)                                         \
    CALL_STUB(number, name, parameters, names)
#include "calls3.def"
#include "calls4.def"
#undef CALL

#endif
