/* How many lines a node serves in each window of time. Cores are simulated one after another, each a few hundred cycles
 * ahead of the next; so a request takes the first window from its own time on that has room, whoever came before. */
#include "nodes.h"

#include <stdlib.h>

#define WINDOW  (256u * CYCLE)
#define WINDOWS 4096u

#define MAXIMUM(a, b) ((a) > (b) ? (a) : (b))

static struct node {
    uint64_t number[WINDOWS]; /* of the window that stands in this slot */
    uint32_t served[WINDOWS]; /* time, in parts of a cycle */
} * nodes;

static uint64_t node_lines; /* in each */
static bool no_limit;

bool
nodes_make(uint64_t bytes, bool unlimited)
{
    node_lines = bytes / machine.sockets / LINE;
    no_limit = unlimited || machine.line_time == 0;
    nodes = calloc(machine.sockets, sizeof(*nodes));
    return nodes != NULL;
}

unsigned
node_of(uint64_t line)
{
    return node_lines == 0 ? 0 : (unsigned)(line / node_lines % machine.sockets);
}

uint64_t
node_wait(unsigned number, uint64_t now)
{
    struct node *node = &nodes[number];
    if (no_limit)
        return 0;
    uint64_t window = now / WINDOW;
    for (;; window++) {
        unsigned slot = window % WINDOWS;
        if (node->number[slot] != window)
            node->number[slot] = window, node->served[slot] = 0;
        if (node->served[slot] + machine.line_time <= MAXIMUM(WINDOW, machine.line_time))
            break;
    }
    node->served[window % WINDOWS] += (uint32_t)machine.line_time;
    return window * WINDOW > now ? window * WINDOW - now : 0;
}
