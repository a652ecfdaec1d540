/* The heap behind malloc, where a program has more than one core. */
#ifndef COREY_HEAP_H
#define COREY_HEAP_H

/* On a core that has begun with a copy of another's memory: the heap that is mapped here is its own from now on. */
void heap_begin_child(void);

#endif
