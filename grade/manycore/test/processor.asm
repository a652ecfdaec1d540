; Sequences: string instructions, traps and their like, where code is counted, and how it is fetched.

; --- strings ----------------------------------------------------------------------------------------------------------

store_bytes:                                    ; ecx of them
    mov rdi, rsi
    rep stosb
    ret

SEQUENCE stosb_warm, 0, 38                      ; 16 lines: 3 + 16 x 2 + 3
    mov ecx, 1024
    call store_bytes
    BEGIN
    mov ecx, 1024
    mov rdi, rsi
    rep stosb
    END
    ret

SEQUENCE stosq_warm, 0, 38                      ; the same lines: 3 + 16 x 2 + 3
    mov ecx, 1024
    call store_bytes
    BEGIN
    mov ecx, 1024 / 8
    mov rdi, rsi
    rep stosq
    END
    ret

SEQUENCE stosb_none, 0, 6                       ; 3 + 3
    mov [rsi], al
    BEGIN
    xor ecx, ecx
    mov rdi, rsi
    rep stosb
    END
    ret

SEQUENCE stosb_cold, 0, 2318, "l1 16, memory 2, prefetched 14"  ; 3 + 16 x 2 + 2 x 1000 + 14 x 20 + 3
    TOUCH
    BEGIN
    mov ecx, 1024
    mov rdi, rsi
    rep stosb
    END
    ret

SEQUENCE movsb_warm, 0, 70                      ; lines read and lines written: 3 + 2 x 16 x 2 + 3
    mov ecx, 2048
    call store_bytes
    mov rdx, rsi
    BEGIN
    mov ecx, 1024
    lea rdi, [rsi + 1024]
    rep movsb
    END
    mov rsi, rdx
    ret

SEQUENCE stosb_again, 0, 210, "upgrades 1, lost 1"      ; the same instruction at the same line, which core 1 has read
    mov ecx, 1                                  ; meanwhile: 5 + 2 + 200 + 3
    call store_bytes
    ON 1, line_read
    mov ecx, 1
    BEGIN
    call store_bytes
    nop
    END
    ret

; --- the processor ----------------------------------------------------------------------------------------------------

SEQUENCE port, 0, 704, "uncached 1"             ; 1 + 700 + 3
    BEGIN
    in al, 0x61
    END
    ret

SEQUENCE device, 0, 704, "uncached 1"           ; 1 + 700 + 3
    mov ecx, APIC_ID
    mov eax, [rcx]
    BEGIN
    mov eax, [rcx]
    END
    ret

SEQUENCE system_call, 0, 85, "system_calls 1"   ; 2 + 80 + 3
    BEGIN
    syscall
    END
    ret

SEQUENCE trap, 0, 405, "traps 1"                ; 2 + 400 + 3
    BEGIN
    int3
    END
    ret

SEQUENCE interrupt, 0, 2207, "uncached 2, interrupts 1" ; 2 and the handler's 2, 2 x 700 for the APIC, 800, 3
    mov ecx, APIC_SEND
    mov eax, [rcx]
    sti
    nop
    BEGIN
    mov dword [rcx], 0x44000 | VECTOR_IPI
    nop
    END
    cli
    ret

SEQUENCE pause_to_round, 0, 301, "paused 297"   ; a round is 300: one begins behind the first pause, 2 before the region
    call settle                                 ; does, and ends with the second: 300 - 2 + 3
    pause
    MARK REGION_BEGIN
    jmp .next
.next:
    pause
    END
    ret

SEQUENCE kernel_half, 0, 15, "kernel 7, kernel_instructions 7"  ; 2 + 7 + 3 + 3
    mov [rsi], al
    BEGIN
    mov rax, KERNEL_HALF + .kernel
    jmp rax
.kernel:
    nop
    nop
    nop
    nop
    nop
    mov eax, .user
    jmp rax
.user:
    nop
    nop
    nop
    END
    ret

SEQUENCE waiting, 0, 12, "waiting 8"            ; a block counts as it begins, so the last three do: 2 + 5 + 2 + 3
    BEGIN
    MARK WAIT_BEGIN
    jmp .wait
.wait:
    nop
    nop
    nop
    nop
    jmp .done
.done:
    MARK WAIT_END
    nop
    END
    ret

SEQUENCE fetch_cold, 0, 5045, "fetches 5, memory 5"     ; 41 instructions in five lines: 1 + 41 + 5 x 1000 + 3
    mov eax, r14d
    imul eax, 5 * 64
    add eax, lines_of_code
    BEGIN
    call rax
    END
    ret

SEQUENCE fetch_l2, 0, 145, "fetches 5, l2 5"    ; written by this core itself just now: 1 + 41 + 5 x 20 + 3
    mov rdx, rsi
    mov rdi, rsi
    mov esi, lines_of_code
    mov ecx, 5 * 64
    rep movsb
    mov rsi, rdx
    BEGIN
    call rsi
    END
    ret

SEQUENCE fetch_near, 0, 1045, "fetches 5, near 5"       ; written by another: 1 + 41 + 5 x 200 + 3
    TOUCH
    ON 1, code_write
    BEGIN
    call rsi
    END
    ret

code_write:
    mov rdi, rsi
    mov esi, lines_of_code
    mov ecx, 5 * 64
    rep movsb
    ret

align 1024
lines_of_code:                                  ; twice, within a page
    %rep 2
    %rep 31
    mov rax, 0x1122334455667788                 ; ten bytes
    %endrep
    times 9 nop
    ret
    %endrep
