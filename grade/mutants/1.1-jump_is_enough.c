/* exercise: 1.1
 * believed: in long mode all code is 64-bit, whatever its segment says
 * killed by: boot_long_mode
 * fails: boot_long_mode (time-out; 32-bit code, PG PAE LME NXE on), boot_no_execute (time-out; 32-bit code, PG PAE LME NXE on), boot_high_half (time-out; 32-bit code, PG PAE LME NXE on) */
/* long_mode.asm body 1 */
        mov     eax, cr4
        or      eax, CR4_PAE
        mov     cr4, eax
        mov     eax, boot_root_table
        mov     cr3, eax

        mov     ecx, MSR_EFER
        rdmsr
        or      eax, EFER_LME | EFER_NXE
        wrmsr

        mov     eax, cr0
        or      eax, CR0_PG
        mov     cr0, eax
        jmp     CODE32:long_mode_start
