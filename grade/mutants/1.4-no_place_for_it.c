/* exercise: 1.4
 * believed: every exception pushes an error code
 * killed by: trap_breakpoint_returns
 * fails: trap_vectors (mismatch), trap_frames (mismatch), trap_breakpoint_returns (panic), trap_faults (mismatch) */
/* trap_stubs.asm body 1 */
        push    %1
        jmp     trap_common
