; Exercise 1.1: from 32-bit protected mode to 64-bit code. The contract stands in long_mode.inc.

%include "long_mode.inc"

        extern  boot_root_table
        extern  long_mode_start

        bits 32
        section BOOT_TEXT

        global  enter_long_mode
enter_long_mode:
        ; BEGIN 1.1
        mov     eax, cr4
        or      eax, CR4_PAE
        mov     cr4, eax
        mov     eax, boot_root_table
        mov     cr3, eax

        mov     ecx, MSR_EFER
        rdmsr
        or      eax, EFER_LME | EFER_NXE
        wrmsr

        mov     eax, cr0                ; paging last: only now are all its conditions met
        or      eax, CR0_PG
        mov     cr0, eax
        jmp     CODE64:long_mode_start  ; until here this was compatibility mode: 32-bit code
        ; END 1.1
