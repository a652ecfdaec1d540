/* The C library on the other cores of a program: each has a copy of its state, which is made its own here.
 *
 * The streams are written out before the copies are made: so nothing that one core has printed is printed again by
 * another. What a core prints itself it writes out when its body is over. The keyboard stays with core 0. */
#include "team.h"

#include <stdio.h>

#include "heap.h"
#include "no_page.h"
#include "thread_block.h"

void
team_before(void)
{
    fflush(NULL);
}

void
team_begin(void (*go)(void))
{
    no_page_begin();
    heap_begin_child();
    thread_block_enter(go);
}

void
team_after(void)
{
    fflush(NULL);
}
