; The first instruction of a program. rdi = the boot page; rsp = the top of the stack, aligned to 16, as a call
; expects it.

        extern  program_start

        bits 64
        section .text.entry progbits alloc exec nowrite align=16

        global  program_entry
program_entry:
        xor     ebp, ebp                ; the first frame
        call    program_start           ; does not return
        ud2

        section .note.GNU-stack noalloc noexec nowrite progbits
