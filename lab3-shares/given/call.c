/* System calls: from a number to its handler, and how the handlers reach the caller's memory. Contracts: call.h. */
#include "call.h"

#include "console.h"
#include "core.h"
#include "handle.h"
#include "limbo.h"
#include "monitor.h"
#include "object_kinds.h"
#include "panic.h"
#include "startup.h"
#include "string.h"

static call_function *handlers[CALLS_MOST]; /* constant after start-up */

STARTUP(20, calls)
{
    TABLE_EACH (call, const struct call, entry) {
        assert((*entry)->number < CALLS_MOST && handlers[(*entry)->number] == NULL);
        handlers[(*entry)->number] = (*entry)->handler;
    }
}

struct call_result
call_dispatch(uint64_t number, const uint64_t arguments[6])
{
    if (number >= CALLS_MOST || handlers[number] == NULL)
        return call_error(E_NOSYS);
    struct call_result result =
        handlers[number](arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
    /* Memory may be on its way back on another core's list: have it when the caller tries again. */
    if (result.value == E_AGAIN || result.value == E_NOMEM)
        limbo_turn_all();
    return result;
}

int
call_memory(uint64_t memory)
{
    if (memory == MEMORY_HERE)
        return (int)core_index();
    return memory < core_count ? (int)memory : E_INVAL;
}

__attribute__((weak)) int /* until lab 4 */
call_name(uint64_t address, char name[])
{
    memset(name, 0, NAME_SIZE);
    if (address == 0)
        return 0;
    string_copy(name, (const char *)address, NAME_SIZE);
    return strlen((const char *)address) < NAME_SIZE ? 0 : E_INVAL;
}

__attribute__((weak)) int /* until lab 4 */
call_copy_out(uint64_t address, const void *from, uint64_t bytes)
{
    memcpy((void *)address, from, bytes);
    return 0;
}

__attribute__((weak)) int /* until lab 4 */
call_copy_in(void *to, uint64_t address, uint64_t bytes)
{
    memcpy(to, (const void *)address, bytes);
    return 0;
}

COMMAND(calls, "system calls of this kernel: numbers and names")
{
    TABLE_EACH (call, const struct call, entry)
        console_print("%3u %s\n", (*entry)->number, (*entry)->name);
}
