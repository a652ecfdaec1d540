/* Numbers of this lab's system calls. */
#ifndef COREY_CALLS6_H
#define COREY_CALLS6_H

#include "call_def.h"

#define CALL(number, name, parameters, names, kinds, rights, errors) CALL_NUMBER_##name = number,
enum {
#include "calls6.def"
};
#undef CALL

#endif
