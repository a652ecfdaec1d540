/* Memory behind the caches: a node a socket, which serves so many bytes a cycle and no more. */
#ifndef MANYCORE_NODES_H
#define MANYCORE_NODES_H

#include "core.h"

/* `bytes` of the guest's memory lie in the nodes, in their order and evenly; 0: all are in the first. With `unlimited`
 * they serve any number of lines at once. False: there is no memory for it. */
bool nodes_make(uint64_t bytes, bool unlimited);

/* The node that a line lies in. */
unsigned node_of(uint64_t line);

/* The node serves a line that it is asked for at the instant `now`: how long until it can begin. */
uint64_t node_wait(unsigned number, uint64_t now);

#endif
