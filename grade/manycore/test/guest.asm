; The guest of the simulator's own tests: a 64 KiB ROM in the place of QEMU's firmware, so that it runs within
; milliseconds. All cores come to long mode; those but the first serve orders; the first calls TEST and ends the
; machine.
;
;     nasm -f bin -DCORES=n -DTEST=label guest.asm -o guest.rom    (CYCLES, OPERATIONS, WORK: see shapes.asm)
;
; The simulation is to begin at long_mode. Memory is mapped one to one, the first GiB by 2 MiB pages, and once more
; above KERNEL_HALF. At SMALL_PAGES lie 512 pages of 4 KiB: chosen so that the entries which lead there are in lines of
; four different sets of a small cache.
;
;     1000  page tables          5000  interrupt descriptors        60000  what all share (shapes.asm)
;    10000  a page a core: at its beginning an order (routine, its rsi) and, from COUNTED on, what the core counts;
;           its stack grows down from the end. r15 points to it always.
;  1000000  ARENA: memory that each sequence takes from, 2 MiB at a time
;  4000000  64 KiB a core of its own (shapes.asm)

%ifndef CORES
%define CORES 1
%endif

ROM         equ 0xf0000
PAGES       equ 0x1000
DESCRIPTORS equ 0x5000
CORE_PAGES  equ 0x10000
COUNTED     equ 0x40        ; offset in a core's page: interrupts of the timer
ARENA       equ 0x1000000
SMALL_PAGES equ (8 << 30) + (16 << 21)
KERNEL_HALF equ 0xffff800000000000

APIC        equ 0x7ee00000  ; where it is mapped; it is at fee00000
APIC_ID     equ APIC + 0x20
APIC_EOI    equ APIC + 0xb0
APIC_ENABLE equ APIC + 0xf0
APIC_SEND   equ APIC + 0x300
APIC_TIMER  equ APIC + 0x320
APIC_COUNT  equ APIC + 0x380
APIC_DIVIDE equ APIC + 0x3e0
VECTOR_IPI  equ 0x40
VECTOR_TIMER equ 0x41

%macro MARK 1               ; lab5-cores/user/marker.h
    db 0x0f, 0x1f, 0x80
    dd 0x0c0e0000 + %1
%endmacro

%define REGION_BEGIN 1
%define REGION_END   2
%define WAIT_BEGIN   3
%define WAIT_END     4

; A core is told to run a routine with this rsi; returns when it has.
%macro ON 2
    mov edi, %1
    mov eax, %2
    call order
%endmacro

org ROM
[map symbols guest.map]

; Every core begins here: the first by the jump at the reset vector, the others by the startup interrupt, which names
; the page at ROM. Their code segments differ, the offsets do not.
bits 16
start:
    cli
    o32 lgdt [cs:gdt_register - $$]
    mov eax, cr0
    or al, 1
    mov cr0, eax
    jmp dword 8:protected

bits 32
protected:
    mov ax, 16
    mov ds, ax
    mov es, ax
    mov ss, ax
    cmp dword [APIC_ID + 0xfee00000 - APIC], 0
    jne .tables_made
    mov esp, CORE_PAGES
    call tables_make
.tables_made:
    mov eax, 1 << 5 | 1 << 7        ; CR4: PAE, PGE
    mov cr4, eax
    mov eax, PAGES
    mov cr3, eax
    mov ecx, 0xc0000080             ; EFER
    rdmsr
    or eax, 1 << 8 | 1              ; LME, SCE
    wrmsr
    mov eax, cr0
    or eax, 1 << 31
    mov cr0, eax
    jmp 24:long_mode

; PAGES: level 4; +1000: level 3; +2000: level 2 of the first GiB; +3000: the last table, of SMALL_PAGES; +5000: level 2
; on the way there. SMALL_PAGES' own memory is at 8 MiB; the entry of page 64 is global.
tables_make:
    mov dword [PAGES], PAGES + 0x1003
    mov dword [PAGES + 256 * 8], PAGES + 0x1003
    mov dword [PAGES + 0x1000], PAGES + 0x2003
    mov dword [PAGES + 0x1000 + 8], 0xc0000083      ; the APIC's, in a page of 1 GiB
    mov dword [PAGES + 0x1000 + 8 * 8], PAGES + 0x5003
    mov dword [PAGES + 0x5000 + 16 * 8], PAGES + 0x3003
    xor ecx, ecx
.entry:
    mov eax, ecx
    shl eax, 21
    or eax, 0x83
    mov [PAGES + 0x2000 + ecx * 8], eax
    mov eax, ecx
    shl eax, 12
    or eax, 0x800003
    mov [PAGES + 0x3000 + ecx * 8], eax
    inc ecx
    cmp ecx, 512
    jb .entry
    or dword [PAGES + 0x3000 + 64 * 8], 0x100
    ret

bits 64
long_mode:
    mov edi, [APIC_ID]
    shr edi, 24
    mov r15d, edi
    shl r15d, 12
    add r15d, CORE_PAGES
    lea rsp, [r15 + 0x1000]
    mov dword [APIC_ENABLE], 0x1ff
    test edi, edi
    jnz serve
    call descriptors_make
    lidt [descriptor_register]
    call system_calls_enable
%if CORES > 1
    mov dword [APIC_SEND], 0xc4500  ; all others: INIT, then startup at ROM
    mov dword [APIC_SEND], 0xc4600 | ROM >> 12
.wait:
    pause
    cmp dword [alive], CORES - 1
    jb .wait
%endif
    call TEST
    mov eax, 0x10                   ; QEMU's status is this twice, and 1
    out 0xf4, al
    jmp $

serve:
    lidt [descriptor_register]
    lock inc dword [alive]
.wait:
    pause
    mov rax, [r15]
    test rax, rax
    jz .wait
    mov rsi, [r15 + 8]
    call rax
    mov qword [r15], 0
    jmp .wait

; Core edi is to run the routine at rax.
order_only:
    shl edi, 12
    add edi, CORE_PAGES
    mov [rdi + 8], rsi
    mov [rdi], rax
    ret

; The same; returns when it has, and some time later.
order:
    call order_only
.wait:
    pause
    cmp qword [rdi], 0
    jne .wait
settle:                             ; no core's clock is as far behind another's as this takes
    mov ecx, 4000
.loop:
    dec ecx
    jnz .loop
    ret

; Interrupt descriptor eax is a gate to rbx.
descriptor_make:
    shl eax, 4
    mov [DESCRIPTORS + rax], bx
    mov word [DESCRIPTORS + rax + 2], 24
    mov word [DESCRIPTORS + rax + 4], 0x8e00
    shr ebx, 16
    mov [DESCRIPTORS + rax + 6], bx
    mov qword [DESCRIPTORS + rax + 8], 0
    ret

descriptors_make:
    mov eax, 3
    mov ebx, trap_entry
    call descriptor_make
    mov eax, VECTOR_IPI
    mov ebx, interrupt_entry
    call descriptor_make
    mov eax, VECTOR_TIMER
    mov ebx, timer_entry
    jmp descriptor_make

system_calls_enable:
    mov ecx, 0xc0000081             ; STAR: the kernel's segments
    xor eax, eax
    mov edx, 24
    wrmsr
    inc ecx                         ; LSTAR
    mov eax, system_call_entry
    xor edx, edx
    wrmsr
    ret

system_call_entry:
    jmp rcx                         ; back; it was called from ring 0

trap_entry:
    iretq

interrupt_entry:
    mov dword [APIC_EOI], 0
    iretq

timer_entry:
    inc qword [r15 + COUNTED]
    mov dword [APIC_EOI], 0
    iretq

align 8
gdt:
    dq 0
    dq 0x00cf9a000000ffff           ; 8: code, 32 bits
    dq 0x00cf92000000ffff           ; 16: data
    dq 0x00af9a000000ffff           ; 24: code, 64 bits
    dq 0x00cf92000000ffff           ; 32: data, behind it as syscall wants it
gdt_register:
    dw gdt_register - gdt - 1
    dd gdt
descriptor_register:
    dw 0xfff
    dq DESCRIPTORS

alive equ 0x60000

%include "sequences.asm"
%include "generous.asm"
%include "shapes.asm"
%include "timers.asm"

times 0xfff0 - ($ - $$) db 0xf4
bits 16
reset:                              ; where a processor begins
    jmp start
times 0x10000 - ($ - $$) db 0
