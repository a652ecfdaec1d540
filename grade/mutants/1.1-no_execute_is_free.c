/* exercise: 1.1
 * believed: no-execute bits count wherever entries have them: nothing switches them on
 * killed by: boot_no_execute
 * fails: boot_long_mode (panic), boot_no_execute (panic), boot_high_half (panic) */
/* long_mode.asm body 1 */
        mov     eax, cr4
        or      eax, CR4_PAE
        mov     cr4, eax
        mov     eax, boot_root_table
        mov     cr3, eax

        mov     ecx, MSR_EFER
        rdmsr
        or      eax, EFER_LME
        wrmsr

        mov     eax, cr0
        or      eax, CR0_PG
        mov     cr0, eax
        jmp     CODE64:long_mode_start
