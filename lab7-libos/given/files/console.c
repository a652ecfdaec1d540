/* The console, as descriptors 0 to 2 see it. */
#include "console.h"

#include "calls.h"
#include "error_number.h"

#define CONSOLE   0 /* of the kinds of debug_write */
#define PART_MOST 512

ssize_t
console_put(const char *from, size_t bytes)
{
    for (size_t done = 0, part; done < bytes; done += part) {
        part = bytes - done < PART_MOST ? bytes - done : PART_MOST;
        int64_t error = debug_write(CONSOLE, from + done, part);
        if (error < 0)
            return errno_set(error_number(error));
    }
    return (ssize_t)bytes;
}
