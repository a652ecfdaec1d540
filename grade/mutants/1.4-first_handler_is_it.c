/* exercise: 1.4
 * believed: the first handler of a vector is the handler of that vector
 * killed by: trap_handlers_in_turn
 * fails: trap_breakpoint_returns (panic), trap_handlers_in_turn (mismatch; calls[1]) */
/* trap_dispatch.c body 1 */
    const struct trap_handler *handler = trap_handlers[frame->vector];
    if (handler == NULL || !handler->handle(frame))
        trap_unhandled(frame);
