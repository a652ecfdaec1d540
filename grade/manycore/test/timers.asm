; Interrupts, by timers and by other cores, and cores that sleep until one comes: `timed` (shapes.asm's WORK under
; timers), `idle`, `ring`, `device_writes`. And `memory_kept`.

TIMER_COUNTS equ 20000      ; of a nanosecond each: QEMU's APIC runs at 1 GHz

; Each core works, interrupted by its timer, then sleeps through twenty more ticks.
timed:
    ALL_OTHERS timed_work
    call settle
    MARK REGION_BEGIN
    mov dword [shared_go], 1
    call timed_work
    SPIN_UNTIL dword [shared_done], CORES, je
    MARK REGION_END
    ret

timed_work:
    call private_find
    SPIN_UNTIL dword [shared_go], 0, jne
    mov dword [APIC_DIVIDE], 0xb
    mov dword [APIC_TIMER], 1 << 17 | VECTOR_TIMER      ; periodic
    mov dword [APIC_COUNT], TIMER_COUNTS
    sti
    mov ebp, OPERATIONS
.loop:
    call WORK
    dec ebp
    jnz .loop
    mov rbp, [r15 + COUNTED]
    add rbp, 20
.sleep:
    hlt
    cmp [r15 + COUNTED], rbp
    jb .sleep
    cli
    mov dword [APIC_TIMER], 1 << 16                     ; masked
    mov dword [APIC_COUNT], 0
    lock inc dword [shared_done]
    ret

; All sleep. The first has a timer that fires once, then wakes the others.
idle:
    ALL_OTHERS idle_sleep
    call settle
    mov dword [APIC_DIVIDE], 0xb
    mov dword [APIC_TIMER], VECTOR_TIMER
    MARK REGION_BEGIN
    mov dword [APIC_COUNT], 50 * TIMER_COUNTS
    call idle_sleep
    MARK REGION_END
    mov dword [APIC_SEND], 0xc4000 | VECTOR_TIMER       ; to all others
    ret

; A token goes round OPERATIONS times, as an interrupt for which the next core sleeps.
ring:
    ALL_OTHERS ring_pass
    call settle
    MARK REGION_BEGIN
    call ring_send
    mov ebp, OPERATIONS - 1
    call ring_loop
    call ring_sleep
    MARK REGION_END
    ret

ring_pass:
    mov ebp, OPERATIONS
ring_loop:
    call ring_sleep
    call ring_send
    dec ebp
    jnz ring_loop
    ret

ring_sleep:
    cli
    cmp qword [r15 + COUNTED], 0
    jne .mine
    sti                         ; nothing comes between this and the next
    hlt
    jmp ring_sleep
.mine:
    dec qword [r15 + COUNTED]
    ret

ring_send:
    lea eax, [r15 + 0x1000 - CORE_PAGES]
    shr eax, 12
    xor ecx, ecx
    cmp eax, CORES
    cmovae eax, ecx
    shl eax, 24
    mov [APIC_SEND + 0x10], eax
    mov dword [APIC_SEND], 0x4000 | VECTOR_TIMER
    ret

idle_sleep:
    mov rbp, [r15 + COUNTED]
    sti
.sleep:
    hlt
    cmp [r15 + COUNTED], rbp
    je .sleep
    cli
    ret

; QEMU's device `edu` (docs/specs/edu) in slot 5 copies from a buffer of its own to two lines, 100 ms after it has been
; told to. The first of them was in this core's caches, the second in another's, modified; the third stays.
EDU         equ 0x60000000  ; where its registers are mapped; they are put at e0000000
EDU_CONFIG  equ 0x80002800
EDU_SOURCE  equ EDU + 0x80
EDU_TO      equ EDU + 0x88
EDU_BYTES   equ EDU + 0x90
EDU_COMMAND equ EDU + 0x98
EDU_BUFFER  equ 0x40000
EDU_COPY    equ 3           ; begin, to memory

device_writes:
    mov eax, EDU_CONFIG + 0x10
    mov ebx, 0xe0000000
    call config_write
    mov eax, EDU_CONFIG + 4
    mov ebx, 6                          ; it may be reached, and reach memory
    call config_write
    mov esi, ARENA
    mov r14d, 2                         ; the second time its code is in the core's cache
.again:
    mov al, [rsi]
    mov al, [rsi + 128]
    ON 1, second_line_write
    mov dword [EDU_SOURCE], EDU_BUFFER
    mov [EDU_TO], rsi
    mov dword [EDU_BYTES], 128
    mov dword [EDU_COMMAND], EDU_COPY
    mov dword [APIC_DIVIDE], 0xb
    mov dword [APIC_TIMER], VECTOR_TIMER
    mov dword [APIC_COUNT], 110000000
    call idle_sleep
    BEGIN
    mov al, [rsi]
    mov al, [rsi + 64]
    mov al, [rsi + 128]
    END
    add rsi, 1 << 21
    dec r14d
    jnz .again
    ret

second_line_write:
    mov [rsi + 64], al
    ret

; ebx into the configuration at eax.
config_write:
    mov dx, 0xcf8
    out dx, eax
    mov dx, 0xcfc
    mov eax, ebx
    out dx, eax
    ret

; Memory as it is when a region ends, and what comes after.
memory_kept:
    MARK REGION_BEGIN
    mov dword [r15 + 0x80], 1
    MARK REGION_END
    mov dword [r15 + 0x80], 2
    MARK REGION_BEGIN
    mov dword [r15 + 0x80], 3
    ret
