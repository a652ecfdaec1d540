/* The console, as descriptors 0 to 2 see it. */
#include "console.h"

#include "calls.h"
#include "error_number.h"

ssize_t
console_put(const char *from, size_t bytes)
{
    for (size_t done = 0, part; done < bytes; done += part) {
        part = bytes - done < DEBUG_WRITE_MOST ? bytes - done : DEBUG_WRITE_MOST;
        int64_t error = debug_write(DEBUG_WRITE_CONSOLE, from + done, part);
        if (error < 0)
            return errno_set(error_number(error));
    }
    return (ssize_t)bytes;
}
