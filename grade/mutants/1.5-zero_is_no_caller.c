/* exercise: 1.5
 * believed: a frame with 0 above it is nobody's call: the walk stops before it
 * killed by: backtrace_frames
 * fails: backtrace_frames (mismatch; backtrace_walk((uint64_t)frame, found, 4)), backtrace_names (mismatch; code_line_find(calls[call_count - 1]).function) */
/* backtrace.c body 1 */
    size_t count = 0;
    while (count < most && rbp != 0 && backtrace_frame_valid(rbp)) {
        const uint64_t *frame = (const uint64_t *)rbp;
        if (frame[0] == 0)
            break;
        calls[count++] = frame[1] - 1;
        if (frame[0] <= rbp)
            break;
        rbp = frame[0];
    }
    return count;
