/* sleep [SECONDS]: sleeps so long; without a number until somebody halts it. */
#include <stdint.h>
#include <stdlib.h>

#include "core_calls.h"
#include "platform_calls.h"

int
main(int argc, char **argv)
{
    uint64_t end = argc > 1 ? clock_now() + strtoul(argv[1], NULL, 10) * clock_hertz() : ~0ul;
    while (clock_now() < end)
        core_sleep(end); /* may be woken without a reason */
    return 0;
}
