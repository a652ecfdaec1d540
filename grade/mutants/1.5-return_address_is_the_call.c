/* exercise: 1.5
 * believed: a return address is the line of the call
 * killed by: backtrace_callee_never_returns
 * fails: backtrace_frames (mismatch; return addresses, which lie behind their calls), backtrace_names (mismatch), backtrace_callee_never_returns (mismatch) */
/* backtrace.c body 1 */
    size_t count = 0;
    while (count < most && rbp != 0 && backtrace_frame_valid(rbp)) {
        const uint64_t *frame = (const uint64_t *)rbp;
        calls[count++] = frame[1];
        if (frame[0] <= rbp)
            break;
        rbp = frame[0];
    }
    return count;
