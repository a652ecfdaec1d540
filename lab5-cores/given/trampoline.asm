; From the first instruction of a core that this one starts, in real mode, to core_set_up() on its own stack.
;
; The trampoline is copied to a page below 1 MiB, which stays, as a core may come late. It joins the way that core 0
; went (lab 1, entry.asm): protected mode, enter_long_mode over the first tables, long_mode_start; boot_next then says
; core_arrive. Nothing is written until the core knows that it is still wanted.

%include "long_mode.inc"

CR0_PE                  equ 1 << 0
DIRECT_MAP              equ 0xffff800000000000
MSR_GS_BASE             equ 0xc0000101
CORE_KERNEL_STACK       equ 8           ; in struct core
ARRIVAL_ASKED           equ 1           ; core_arrival.h
ARRIVAL_CAME            equ 2
ARRIVAL_STATE           equ 8
ARRIVAL_SHIFT           equ 4           ; a struct core_arrival has 16 bytes

        extern  boot_descriptors
        extern  core_arrivals
        extern  core_set_up
        extern  enter_long_mode
        extern  kernel_root

        section .rodata
        bits 16
        global  trampoline
        global  trampoline_end
trampoline:                             ; CS = the page's address / 16, IP = 0
        cli
        mov     ax, cs
        mov     ds, ax
        o32 lgdt [descriptors_pointer - trampoline]
        mov     eax, CR0_PE             ; and nothing else: INIT has turned the caches off (CD, NW)
        mov     cr0, eax
        jmp     dword CODE32:protected
descriptors_pointer:
        dw      CODE32 + 7              ; the last of entry.asm's
        dd      boot_descriptors
trampoline_end:

        section BOOT_TEXT
        bits 32
protected:
        mov     eax, DATA
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        jmp     enter_long_mode

; Which core this is only the processor can say: several may be on their way at once.
        section .text
        bits 64
        global  core_arrive
core_arrive:
        mov     eax, 1
        cpuid
        shr     ebx, 24                 ; the APIC id: SDM vol. 2A, CPUID
        shl     ebx, ARRIVAL_SHIFT
        add     rbx, core_arrivals
        mov     eax, ARRIVAL_ASKED
        mov     ecx, ARRIVAL_CAME
        lock cmpxchg [rbx + ARRIVAL_STATE], rcx ; orders: the core's memory is ready (partner: core_prepare)
        jne     .too_late

        mov     rax, [kernel_root]      ; has what these first tables lack: stacks and per-core data
        mov     rdx, DIRECT_MAP
        sub     rax, rdx
        mov     cr3, rax
        mov     rax, [rbx]
        mov     rsp, [rax + CORE_KERNEL_STACK]
        mov     rdx, rax
        shr     rdx, 32
        mov     ecx, MSR_GS_BASE
        wrmsr
        xor     ebp, ebp                ; the first frame: a backtrace ends here
        mov     rdi, rbx
        call    core_set_up
        ud2
.too_late:
        cli
        hlt
        jmp     .too_late
