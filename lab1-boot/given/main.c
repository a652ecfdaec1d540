/* The start of the kernel, on core 0, interrupts off: from what entry.asm leaves to a test, a program, or the
 * monitor. */
#include "boot_info.h"
#include "console.h"
#include "context.h"
#include "core.h"
#include "monitor.h"
#include "page.h"
#include "paging.h"
#include "result.h"
#include "startup.h"
#include "test.h"
#include "trap.h"

/* On the stack that core 0 keeps. */
__attribute__((noreturn)) static void
kernel_run(void)
{
    static char line[BOOT_COMMAND_MAX]; /* a program's arguments may point into it for as long as it runs */
    bool test = command_value("test", line, sizeof line) != NULL;
    if (test && test_is_early(line))
        test_run(line);
    page_begin();
    TABLE_EACH (each_core, startup_function, step)
        (*step)();
    TABLE_EACH (startup, startup_function, step)
        (*step)();

    if (test)
        test_run(line);
    if (command_value("run", line, sizeof line) != NULL)
        program_command_run(line);
    program_init_run();
    console_print("Corey: %lu MiB free. `help` lists the commands.\n", page_free_count() * PAGE_SIZE >> 20);
    monitor_run();
}

/* Called by entry.asm with what the loader had in ebx and eax: the physical address of what it left, below 4 GiB, and
 * its magic number. */
__attribute__((noreturn)) void kernel_main(paddr_t info, uint32_t magic);

void
kernel_main(paddr_t info, uint32_t magic)
{
    core_begin();
    console_open();
    boot_info_copy(info, magic);
    result_begin();
    paging_begin();
    console_choose();
    trap_begin();
    stack_switch(core_this()->kernel_stack, kernel_run);
}

__attribute__((weak)) void /* until lab 4 */
program_command_run(const char *line)
{
    console_print("run=%s: this kernel has no programs\n", line);
    machine_exit(EXIT_FAILED);
}

__attribute__((weak)) void /* until lab 4 */
program_init_run(void)
{
}
