/* Numbers of this lab's system calls. */
#ifndef COREY_CALLS4_H
#define COREY_CALLS4_H

#include "call_def.h"

#define CALL(number, name, parameters, names, kinds, rights, errors) CALL_NUMBER_##name = number,
enum {
#include "calls4.def"
};
#undef CALL

#define DEBUG_WRITE_MOST 512

#endif
