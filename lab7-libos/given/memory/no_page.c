/* A touch of memory for which no page is left, told apart from other faults by the trap's cause. Nothing here
 * may need a new page: what the handler uses has been touched before. */
#include "no_page.h"

#include <stddef.h>

#include "calls.h"
#include "print.h"
#include "start.h"
#include "trap_area.h"

#define PAGE_BYTES  4096
#define STACK_BYTES (2 * PAGE_BYTES)

static struct trap_area area __attribute__((aligned(PAGE_BYTES)));
static char stack[STACK_BYTES] __attribute__((aligned(PAGE_BYTES)));

/* The first instruction finds the stack as after a call: 8 off a multiple of 16. */
#define STACK_TOP (stack + STACK_BYTES - sizeof(void *))

static void
trap_handle(struct trap_area *trap)
{
    if (trap->cause == TRAP_NO_PAGE) {
        print("%s: out of memory at address 0x%lx, rip 0x%lx\n", boot_page->command, trap->address,
              trap->frame.rip);
        program_exit(NO_PAGE_STATUS);
    }
    /* Without a handler the same trap, taken once more, is the program's end. */
    core_set_trap(NULL, NULL, NULL);
    trap_return(&trap->frame);
}

void
no_page_begin(void)
{
    for (size_t offset = 0; offset < STACK_BYTES; offset += PAGE_BYTES)
        ((volatile char *)stack)[offset] = 0;
    core_set_trap(&area, trap_handle, STACK_TOP); /* on an error: the end without the message */
}
