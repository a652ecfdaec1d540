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
        ; BEGIN 4.5
        swapgs
        mov     [gs:CORE_USER_STACK], rsp
        mov     rsp, [gs:CORE_KERNEL_STACK]
        push    qword [gs:CORE_USER_STACK] ; only the stack is safe: the next program's calls use that word, too
        push    r11
        push    rcx
        push    rbp
        xor     ebp, ebp
        push    r9                      ; from here on the six arguments, as an array
        push    r8
        push    r10
        push    rdx
        push    rsi
        push    rdi                     ; ten words: the stack stays aligned to 16
        mov     rdi, rcx
        shr     rcx, USER_BITS
        jnz     .refuse
        mov     rdi, rax
        mov     rsi, rsp
        call    call_enter
        pop     rdi
        pop     rsi
        add     rsp, 8                  ; rdx holds the second result
        pop     r10
        pop     r8
        pop     r9
        pop     rbp
        pop     rcx
        pop     r11
        pop     rsp
        swapgs
        o64 sysret
.refuse:
        call    call_refuse
        ; END 4.5
