; Exercise 4.5: where `syscall` arrives, and the way back. The contract stands in program.h.

%include "hole.inc"

        extern  call_enter
        extern  call_refuse

CORE_KERNEL_STACK       equ 8           ; struct core: core.h
CORE_USER_STACK         equ 16
USER_BITS               equ 47          ; addresses of ring 3 fit in so many bits

        bits 64
        section .text

        global  syscall_entry
syscall_entry:
        HOLE "4.5"
