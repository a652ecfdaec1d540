/* fork.h on Corey: a copy has a core of its own. */
#include "fork.h"

#include <sys/wait.h>

#include "cfork.h"
#include "platform.h"

int64_t
fork_begin(void)
{
    return cfork(NULL, 0);
}

int
fork_wait(int64_t child)
{
    int status;
    return cfork_wait(child, &status) == 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
fork_place(unsigned which)
{
    (void)which;
}

void *
fork_shared(size_t bytes)
{
    return memory(bytes, SHARED);
}
