/* What a thread of ring 3 has of its own. The fs base of its frame points to it; switching threads by trap_return
 * switches it, too, with no instruction more. Assembly and compilers expect the block's own address at its start. */
#ifndef COREY_THREAD_BLOCK_H
#define COREY_THREAD_BLOCK_H

#include <sys/reent.h>

struct thread_block {
    struct thread_block *self;
    struct _reent *reent; /* the C library's state: errno, strtok, rand, streams */
};

/* The calling thread's block. */
static inline struct thread_block *
thread_block(void)
{
    return *(struct thread_block * __seg_fs *)0;
}

/* Has this core go on with function(), which must not return, on the stack that it has, as the thread of this block. */
void thread_block_enter(struct thread_block *block, void (*function)(void));

#endif
