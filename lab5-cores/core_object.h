/* Core objects: a physical core as something that a program can name. */
#ifndef COREY_CORE_OBJECT_H
#define COREY_CORE_OBJECT_H

#include "object.h"

struct core_object {
    struct object object; /* its lock guards nothing yet: the rest is constant */
    uint32_t index;
};

/* The object of core `index`, made at start-up, for good. */
struct core_object *core_object_of(uint32_t index);

#endif
