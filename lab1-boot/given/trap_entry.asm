; Where all traps meet: from the stubs' stack to a struct trap_frame, trap_dispatch, and back.
;
; In the kernel GS is this core's struct core; in ring 3 it is ring 3's, and the core's waits for swapgs. NMI, #DF and
; #MC may come between a switch of the one and the other, so they ask nobody: each of their stacks holds the core at
; its top (trap.c).

        extern  core_enter
        extern  core_leave
        extern  core_words
        extern  hole_entered
        extern  trap_dispatch

MSR_GS_BASE             equ 0xc0000101
VECTOR_NMI              equ 2
VECTOR_DOUBLE           equ 8
VECTOR_MACHINE          equ 18
SELECTOR_KERNEL_CODE    equ 0x08
SELECTOR_KERNEL_DATA    equ 0x10
HOLE_STACK              equ 16384

        struc frame                     ; struct trap_frame, from its vector on
.registers:     resq 15
.vector:        resq 1
.error:         resq 1
.rip:           resq 1
.cs:            resq 1
.rflags:        resq 1
.rsp:           resq 1
.ss:            resq 1
        endstruc

; The registers of the frame, in the order in which they are pushed.
%define REGISTERS rax, rbx, rcx, rdx, rsi, rdi, rbp, r8, r9, r10, r11, r12, r13, r14, r15

%macro PUSH_EACH 1-*
    %rep %0
        push    %1
        %rotate 1
    %endrep
%endmacro

%macro POP_EACH 1-*                     ; from the last to the first
    %rep %0
        %rotate -1
        pop     %1
    %endrep
%endmacro

        bits 64
        section .text

; The stubs come here with vector and error code pushed. The processor has aligned the stack to 16 before its own five
; words, and a whole frame is 22 words: it is aligned again below.
        global  trap_common
trap_common:
        PUSH_EACH REGISTERS
        cld                             ; C counts on it
        mov     rbx, rsp                ; the frame
        mov     rax, [rbx + frame.vector]
        cmp     rax, VECTOR_NMI
        je      trap_own_stack
        cmp     rax, VECTOR_DOUBLE
        je      trap_own_stack
        cmp     rax, VECTOR_MACHINE
        je      trap_own_stack

        test    byte [rbx + frame.cs], 3
        jz      .from_kernel
        swapgs
        xor     ebp, ebp                ; a backtrace ends here: ring 3's frames are not ours
        call    core_enter
        jmp     .dispatch
.from_kernel:
        push    qword [rbx + frame.rip] ; as if the code that was interrupted had called us, for backtraces
        push    rbp
        mov     rbp, rsp
.dispatch:
        mov     rdi, rbx
        call    trap_dispatch
        global  trap_dispatched
trap_dispatched:                        ; by this a hole in trap_dispatch knows that a trap is under way (hole.c)
        mov     rdi, rbx

        global  trap_resume
trap_resume:                            ; rdi = frame
        mov     rbx, rdi
        test    byte [rbx + frame.cs], 3
        jz      .load
        and     rsp, -16
        call    core_leave
        swapgs
.load:
        mov     rsp, rbx
        POP_EACH REGISTERS
        add     rsp, 16                 ; vector and error code
        iretq

; NMI, #DF, #MC: no crossing is counted, and what GS was comes back. The core lies above the frame.
trap_own_stack:
        mov     ecx, MSR_GS_BASE
        rdmsr
        mov     r12d, eax
        mov     r13d, edx
        mov     rax, [rbx + frame_size]
        mov     rdx, rax
        shr     rdx, 32
        wrmsr
        test    byte [rbx + frame.cs], 3
        jz      .from_kernel
        xor     ebp, ebp
.from_kernel:
        push    qword [rbx + frame.rip]
        push    rbp
        mov     rbp, rsp
        mov     rdi, rbx
        call    trap_dispatch
        mov     ecx, MSR_GS_BASE
        mov     eax, r12d
        mov     edx, r13d
        wrmsr
        mov     rsp, rbx
        POP_EACH REGISTERS
        add     rsp, 16
        iretq

; HOLE comes here (hole.inc), with the exercise's name in rdi and nothing else to count on. GS may still be ring 3's, or
; nobody's. Of several cores the first has the stack.
        global  hole_enter
hole_enter:
        lock bts dword [hole_taken], 0
        jc      .stop
        mov     rsi, rsp
        mov     ecx, MSR_GS_BASE
        rdmsr
        test    edx, edx
        js      .has_core               ; an address in the kernel's half
        swapgs
        rdmsr
        test    edx, edx
        js      .has_core
        mov     rax, core_words
        mov     rdx, rax
        shr     rdx, 32
        wrmsr
.has_core:
        mov     rsp, hole_stack_top
        xor     ebp, ebp
        call    hole_entered
.stop:
        cli
        hlt
        jmp     .stop

; void descriptors_load(const struct descriptor_pointer *gdt): loads the table and the kernel's selectors from it. GS is
; left alone: loading its selector would clear its base. There is no local table: power-on leaves one at address 0 (SDM
; vol. 3A, table 10-1), where ring 3 could map its own gates into the kernel.
        global  descriptors_load
descriptors_load:
        lgdt    [rdi]
        xor     eax, eax
        lldt    ax
        mov     eax, SELECTOR_KERNEL_DATA
        mov     ss, eax
        mov     ds, eax
        mov     es, eax
        pop     rax                     ; the return address
        push    SELECTOR_KERNEL_CODE
        push    rax
        retfq                           ; the only way to load CS

        section .bss nobits alloc noexec write align=16
                resb HOLE_STACK
hole_stack_top:
hole_taken      resd 1
