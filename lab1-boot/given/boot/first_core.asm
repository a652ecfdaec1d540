; Where core 0 goes on behind long mode, in the kernel's half. A file of its own, since gdb finds the lines of one
; section of code for each.

        extern  boot_stack_top
        extern  boot_information
        extern  boot_magic
        extern  kernel_main

        bits 64
        section .text

        global  first_core
first_core:
        mov     rsp, boot_stack_top
        xor     ebp, ebp                ; the first frame: a backtrace ends here
        mov     edi, [boot_information]
        mov     esi, [boot_magic]
        call    kernel_main
        ud2                             ; kernel_main does not return
