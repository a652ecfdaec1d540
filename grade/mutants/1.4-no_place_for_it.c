/* exercise: 1.4
 * believed: every exception pushes an error code
 * killed by: trap_breakpoint_returns
 * fails: trap_vectors (mismatch; panic_caught.vector, where vector is 0), trap_frames (mismatch; panic_caught.rip, where vector is 0), trap_breakpoint_returns (panic), trap_faults (mismatch; panic_caught.vector, where vector is 6) */
/* trap_stubs.asm body 1 */
        push    %1
        jmp     trap_common
