/* Where a program with the C library begins and ends. The small runtime has put the boot page in its place and cut
 * the command into arguments; then it calls program_begin here, instead of main.
 *
 * The first thread's state is the library's own (_GLOBAL_REENT): exit() flushes the streams of that one. The thread
 * gets its fs base as any thread will: trap_return loads a frame that begins at the function it is to run. */
#include <stdint.h>
#include <stdlib.h>

#include "calls.h"
#include "no_page.h"
#include "start.h"
#include "thread_block.h"
#include "trap_area.h"

int main(int argc, char **argv);

static struct thread_block first_thread = {&first_thread, NULL};

/* What the library's macro _REENT, and with it errno and stdout, comes to. */
struct _reent *
__getreent(void)
{
    return thread_block()->reent;
}

/* Loads a frame: fs base can be set in no other way. */
static void
enter(const struct thread_block *block, uint64_t function, uint64_t first, uint64_t second)
{
    /* This function's frame is never gone back to. At a function's first instruction the stack is 8 off 16. */
    uint64_t stack = ((uint64_t)__builtin_frame_address(0) & ~15ul) - sizeof(uint64_t);
    struct user_frame frame = {
        .rdi = first,
        .rsi = second,
        .rsp = stack,
        .rip = function,
        .fs_base = (uint64_t)block,
    };
    trap_return(&frame);
}

void
thread_block_enter(struct thread_block *block, void (*function)(void))
{
    enter(block, (uint64_t)function, 0, 0);
}

/* The first function that has a thread block. */
static void
thread_begin(int argc, char **argv)
{
    exit(main(argc, argv));
}

void
program_begin(int argc, char **argv)
{
    no_page_begin();
    first_thread.reent = _GLOBAL_REENT;
    enter(&first_thread, (uint64_t)thread_begin, (uint64_t)argc, (uint64_t)argv);
}
