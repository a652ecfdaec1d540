; Contexts: context.h has the contract.

        bits 64
        section .text

        global  context_save
context_save:                           ; rdi = context
        mov     [rdi], rbx
        mov     [rdi + 8], rbp
        mov     [rdi + 16], r12
        mov     [rdi + 24], r13
        mov     [rdi + 32], r14
        mov     [rdi + 40], r15
        lea     rax, [rsp + 8]          ; as the caller sees it once this call has returned
        mov     [rdi + 48], rax
        mov     rax, [rsp]
        mov     [rdi + 56], rax
        xor     eax, eax
        ret

        global  context_load
context_load:                           ; rdi = context, esi = value
        mov     rbx, [rdi]
        mov     rbp, [rdi + 8]
        mov     r12, [rdi + 16]
        mov     r13, [rdi + 24]
        mov     r14, [rdi + 32]
        mov     r15, [rdi + 40]
        mov     rsp, [rdi + 48]
        mov     eax, esi
        jmp     [rdi + 56]

        global  stack_switch
stack_switch:                           ; rdi = top, rsi = function
        mov     rsp, rdi
        xor     ebp, ebp                ; the first frame: a backtrace ends here
        call    rsi
        ud2
