/* exercise: 1.5
 * believed: a chain of frames always ends at 0
 * killed by: backtrace_broken_frames
 * fails: backtrace_broken_frames (panic), backtrace_frames_climb (mismatch; backtrace_walk((uint64_t)&frame[2], found, 4)) */
/* backtrace.c body 1 */
    size_t count = 0;
    for (; count < most && rbp != 0; rbp = *(const uint64_t *)rbp)
        calls[count++] = ((const uint64_t *)rbp)[1] - 1;
    return count;
