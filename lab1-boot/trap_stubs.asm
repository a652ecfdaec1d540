; Exercise 1.4, the part in assembly: a stub for each vector. The contract stands in trap.h, the tools in trap.inc.

%include "trap.inc"

        extern  trap_common

        bits 64
        section .text

; The stub of vector %1. The assembler makes 256 of it.
%macro TRAP_STUB 1
trap_stub_%1:
        HOLE "1.4"
%endmacro

%assign vector 0
%rep VECTORS
        TRAP_STUB vector
    %assign vector vector + 1
%endrep

        section .rodata
        global  trap_stubs
trap_stubs:
%assign vector 0
%rep VECTORS
        dq      trap_stub_ %+ vector
    %assign vector vector + 1
%endrep
