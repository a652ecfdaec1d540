/* memory() and input() on Linux.
 *
 *     PRIVATE              an anonymous mapping of the caller's
 *     SHARED, threads      the same: one address space, so the two differ only in who may know the address
 *     SHARED, processes    a piece of the caller's window: a shared mapping made for each core before any process
 *                          is, so that it stands at one address in all of them. Each window is an object of its own
 *                          to the kernel, so cores that fill different ones meet in none of its locks for the object
 *
 * Pages have 4 KiB, as on Corey, unless the environment has HUGE_PAGES=1: then the system's own setting holds. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform.h"
#include "team.h"

#define WINDOW_BYTES                                                                                         \
    (1ul << 36) /* address space of one core's window: no page of it exists before it is touched */
#define INPUTS_MOST 16

static char *window[MAX_CORES]; /* all null: not reserved yet */

/* What processes that are made later are to populate. */
static struct {
    const char *text;
    size_t bytes;
} inputs[INPUTS_MOST];
static unsigned inputs_count;

/* New address space, aligned to WINDOW_UNIT; `flags` say private or shared. Null: there is no room. */
static char *
space_map(size_t bytes, int flags)
{
    char *place =
        mmap(NULL, bytes + WINDOW_UNIT, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (place == MAP_FAILED)
        return NULL;
    size_t before = -(uintptr_t)place & (WINDOW_UNIT - 1); /* to the first aligned address */
    if (before > 0)
        munmap(place, before);
    if (before < WINDOW_UNIT)
        munmap(place + before + bytes, WINDOW_UNIT - before);
    if (!setting("HUGE_PAGES"))
        madvise(place + before, bytes, MADV_NOHUGEPAGE); /* fails only where there are none */
    return place + before;
}

bool
windows_reserve(void)
{
    for (unsigned core = 0; core < cores(); core++) {
        if (!window[core])
            window[core] = space_map(WINDOW_BYTES, MAP_SHARED);
        if (!window[core])
            return false;
    }
    return true;
}

static void *
window_take(size_t bytes)
{
    size_t *next = &team->seat[own_core].window_next;
    if (!windows_reserve() || bytes > WINDOW_BYTES - *next)
        return NULL;
    char *place = window[own_core] + *next;
    *next += bytes;
    return place;
}

void *
memory(size_t bytes, enum sharing sharing)
{
    if (bytes == 0 || bytes > SIZE_MAX / 2)
        return NULL;
    bytes = (bytes + WINDOW_UNIT - 1) & ~(WINDOW_UNIT - 1);
    return sharing == SHARED && setting("PROCESSES") ? window_take(bytes) : space_map(bytes, MAP_PRIVATE);
}

/* The pages of a file are there before anybody asks for them, as those of Corey's boot modules are. */
const char *
input(const char *name, size_t *bytes)
{
    const char *text = NULL;
    struct stat status;
    int file = open(name, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return NULL;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode)) {
        size_t length = (size_t)status.st_size;
        text = length == 0 ? "" : mmap(NULL, length, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
        if (text == MAP_FAILED)
            text = NULL;
        else
            *bytes = length;
        if (setting("PROCESSES") && text && length > 0 && inputs_count < INPUTS_MOST) {
            inputs[inputs_count].text = text;
            inputs[inputs_count++].bytes = length;
        }
    }
    close(file);
    return text;
}

void
inputs_populate(void)
{
    for (unsigned i = 0; i < inputs_count; i++)
        madvise((void *)inputs[i].text, inputs[i].bytes,
                MADV_POPULATE_READ); /* an old kernel fills them in later */
}
