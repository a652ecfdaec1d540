/* Exercise 1.4, the part in C: from a trap to who handles it. The contract stands in trap.h. */
#include "hole.h"
#include "trap.h"

void
trap_dispatch(struct trap_frame *frame)
{
    /* BEGIN 1.4 */
    for (const struct trap_handler *handler = trap_handlers[frame->vector]; handler; handler = handler->next)
        if (handler->handle(frame))
            return;
    trap_unhandled(frame);
    /* END 1.4 */
}
