/* exercise: 1.1
 * believed: paging on is 64-bit mode: what EFER says can come after it
 * killed by: boot_long_mode
 * fails: boot_long_mode (triple fault; 32-bit code, PG PAE on, LME NXE off), boot_no_execute (triple fault; 32-bit code, PG PAE on, LME NXE off), boot_high_half (triple fault; 32-bit code, PG PAE on, LME NXE off) */
/* long_mode.asm body 1 */
        mov     eax, cr4
        or      eax, CR4_PAE
        mov     cr4, eax
        mov     eax, boot_root_table
        mov     cr3, eax

        mov     eax, cr0
        or      eax, CR0_PG
        mov     cr0, eax

        mov     ecx, MSR_EFER
        rdmsr
        or      eax, EFER_LME | EFER_NXE
        wrmsr
        jmp     CODE64:long_mode_start
