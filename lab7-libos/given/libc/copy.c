/* The C library in a copy of a program, on another core: run_on_all and cfork make such. It begins with a copy of the
 * library's state, which is made its own here.
 *
 * The streams are written out before the copy is made: so nothing that one has printed is printed again by the other.
 * What a body of run_on_all prints itself it writes out when it is over. The keyboard stays with the parent. */
#include <stdio.h>

#include "launch.h"
#include "console.h"
#include "heap.h"
#include "no_page.h"
#include "thread_block.h"

/* Of the thread that goes on in the copy. */
static struct thread_block *block;

void
copy_before(void)
{
    fflush(NULL);
    block = thread_block();
}

void
copy_begin(void (*go)(void))
{
    no_page_begin();
    heap_begin_child();
    console_begin_child();
    thread_block_enter(block, go);
}

void
copy_after(void)
{
    fflush(NULL);
}
