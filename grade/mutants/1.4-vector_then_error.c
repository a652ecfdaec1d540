/* exercise: 1.4
 * believed: the frame has the vector first, so it is pushed first
 * killed by: trap_vectors
 * fails: trap_vectors (mismatch; panic_caught.vector, where vector is 1), trap_breakpoint_returns (panic), trap_faults (mismatch; panic_caught.vector, where vector is 6) */
/* trap_stubs.asm body 1 */
        push    %1
    %if !VECTOR_HAS_ERROR(%1)
        push    0
    %endif
        jmp     trap_common
