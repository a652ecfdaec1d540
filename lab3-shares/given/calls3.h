/* Numbers of this lab's system calls. */
#ifndef COREY_CALLS3_H
#define COREY_CALLS3_H

#include "call_def.h"

#define CALL(number, name, parameters, names, kinds, rights, errors) CALL_NUMBER_##name = number,
enum {
#include "calls3.def"
};
#undef CALL

#endif
