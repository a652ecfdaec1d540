/* Each boot module is a segment from the start, whose one reference is the machine's. Its frames belong to
 * the module, so text runs, and files are read, where the loader put them. */
#include "module.h"

#include "panic.h"
#include "startup.h"
#include "string.h"

static struct segment *segments[BOOT_MODULE_MAX]; /* constant after start-up */

STARTUP(30, modules)
{
    for (uint32_t i = 0; i < boot.module_count; i++) {
        const struct boot_module *module = &boot.module[i];
        char name[NAME_SIZE];
        string_copy(name, module->name, sizeof(name));
        if (segment_of_module(module->start, module->bytes, name, &segments[i]) < 0)
            panic("no memory for the segment of module %s", name);
    }
}

struct segment *
module_segment(uint32_t index)
{
    assert(index < boot.module_count);
    return segments[index];
}
