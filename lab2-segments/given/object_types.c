/* The ends of the table of object types; apart from the code that walks it (see lab 1's tables.c). */
#include "object.h"

TABLE_DEFINE(object_type, const struct object_type_operations);
