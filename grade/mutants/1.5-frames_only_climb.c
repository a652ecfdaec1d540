/* exercise: 1.5
 * believed: a frame that can be read is the caller's: frames climb by themselves
 * killed by: backtrace_frames_climb
 * fails: backtrace_frames_climb (mismatch; backtrace_walk((uint64_t)&frame[2], found, 4)) */
/* backtrace.c body 1 */
    size_t count = 0;
    while (count < most && rbp != 0 && backtrace_frame_valid(rbp)) {
        const uint64_t *frame = (const uint64_t *)rbp;
        calls[count++] = frame[1] - 1;
        rbp = frame[0];
    }
    return count;
