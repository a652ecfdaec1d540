; The kernel's entry: from the loader, ours or a Multiboot2 one, in 32-bit protected mode, to kernel_main.
;
; Builds page tables that serve until paging_begin() makes the kernel's own, with pages of 2 MiB, all writable:
;       0                       the first 4 GiB, identity: the code that switches paging on runs here
;       DIRECT_MAP              the same 4 GiB
;       KERNEL_BASE             the first 1 GiB: the kernel's image
; and leaves the switch itself to enter_long_mode, exercise 1.1. What lies in the .boot sections is linked at its
; physical address; it stays, since other cores come this way too (lab 5): they take over at enter_long_mode, and go
; where boot_next says.

%include "long_mode.inc"
%include "boot_info.inc"
%include "early.inc"

MULTIBOOT_MAGIC         equ 0x36d76289  ; in eax: Multiboot2 2.0, 3.3
MULTIBOOT_HEADER_MAGIC  equ 0xe85250d6  ; Multiboot2 2.0, 3.1.1
HEADER_MODULES_ALIGNED  equ 6           ; its tags: modules begin at a page,
HEADER_CONSOLE          equ 4           ; text is welcome where the machine has it,
HEADER_SCREEN           equ 5           ; or pixels,
HEADER_OPTIONAL         equ 1           ; if there are any
KERNEL_BASE             equ 0xffffffff80000000
PAGE                    equ 4096
LARGE_PAGE              equ 2 << 20
ENTRY_PRESENT_WRITE     equ 0x003       ; SDM vol. 3A, table 4-15
ENTRY_LARGE             equ 0x080       ; SDM vol. 3A, table 4-18
ENTRY_BYTES             equ 8
DIRECT_MAP_SLOT         equ 256         ; of 0xffff800000000000 in the top-level table
KERNEL_SLOT             equ 511         ; of KERNEL_BASE, at -2 GiB: the last 512 GiB ...
KERNEL_GIGA_SLOT        equ 510         ; ... and the last GiB but one in them
IDENTITY_GIB            equ 4
STACK_BYTES             equ 16384

        extern  enter_long_mode
        extern  first_core
        extern  font_glyphs

        bits 32
        section BOOT_TEXT

; What a Multiboot2 loader looks for in the first 32 KiB of the file.
        align   8
multiboot_header:
        dd      MULTIBOOT_HEADER_MAGIC
        dd      0                       ; the 32-bit state that boot_entry wants
        dd      .end - multiboot_header
        dd      -(MULTIBOOT_HEADER_MAGIC + (.end - multiboot_header))
        dw      HEADER_MODULES_ALIGNED, 0
        dd      8
        dw      HEADER_CONSOLE, HEADER_OPTIONAL
        dd      12
        dd      2                       ; VGA text is supported
        align   8
        dw      HEADER_SCREEN, HEADER_OPTIONAL
        dd      20
        dd      1024, 768, 32           ; width, height, bits of a pixel that are preferred
        align   8
        dw      0, 0                    ; the last tag
        dd      8
.end:

        global  boot_entry
boot_entry:
        cld
        mov     esp, boot_stack_top - KERNEL_BASE
        mov     [boot_magic], eax
        mov     [boot_information], ebx
        cmp     eax, BOOT_MAGIC
        je      .known
        cmp     eax, MULTIBOOT_MAGIC
        jne     .stranger
.known:

        mov     eax, ENTRY_PRESENT_WRITE | ENTRY_LARGE
        mov     edi, directories
        mov     ecx, IDENTITY_GIB * PAGE / ENTRY_BYTES
.large_page:
        mov     [edi], eax              ; the upper half is 0: all lies below 4 GiB
        add     eax, LARGE_PAGE
        add     edi, ENTRY_BYTES
        loop    .large_page

        mov     eax, directories + ENTRY_PRESENT_WRITE
        mov     edi, identity_table
        mov     ecx, IDENTITY_GIB
.directory:
        mov     [edi], eax
        add     eax, PAGE
        add     edi, ENTRY_BYTES
        loop    .directory
        mov     dword [kernel_table + KERNEL_GIGA_SLOT * ENTRY_BYTES], directories + ENTRY_PRESENT_WRITE

        mov     eax, identity_table + ENTRY_PRESENT_WRITE
        mov     [boot_root_table], eax
        mov     [boot_root_table + DIRECT_MAP_SLOT * ENTRY_BYTES], eax
        mov     dword [boot_root_table + KERNEL_SLOT * ENTRY_BYTES], kernel_table + ENTRY_PRESENT_WRITE

        lgdt    [descriptors_pointer]
        mov     eax, DATA
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        jmp     CODE32:enter_long_mode  ; with a selector of our own: the loader's table is gone
.stranger:
        mov     esi, unknown_loader
        jmp     boot_stop

        bits 64
        global  long_mode_start
long_mode_start:
        mov     eax, DATA               ; the other segments mean nothing here, but must not name a stranger's table
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        xor     eax, eax
        mov     fs, eax
        mov     gs, eax
        mov     rax, [boot_next]
        jmp     rax                     ; the image lies 2 GiB below the top: too far for a relative jump

        section .boot.data progbits alloc noexec write align=8
        global  boot_next
boot_next               dq first_core   ; in the kernel's half: what follows long mode
        global  boot_descriptors
boot_descriptors:                            ; SDM vol. 3A, figure 3-8
        dq      0
        dq      0x00af9a000000ffff      ; CODE64: present, L
        dq      0x00cf92000000ffff      ; DATA: present, writable, 4 GiB
        dq      0x00cf9a000000ffff      ; CODE32: present, 4 GiB
descriptors_pointer:
        dw      $ - boot_descriptors - 1
        dd      boot_descriptors
        global  boot_information
boot_information        dd 0            ; physical address of what the loader left
        global  boot_magic
boot_magic              dd 0            ; and what kind of loader it was
screen_at               dd 0            ; where early.inc's next character goes; 0: no screen
screen_pitch            dd 0            ; bytes of a line
screen_pixel            dd 0            ; bytes of a pixel; 0: VGA text
unknown_loader          db "this kernel was started by a loader that it does not know", 0

        section .boot.bss nobits alloc noexec write align=4096
        global  boot_root_table
boot_root_table         resb PAGE
identity_table          resb PAGE
kernel_table            resb PAGE
directories             resb PAGE * IDENTITY_GIB

; The first stack of core 0. paging_begin() leaves the page under it unmapped.
        section .bss nobits alloc noexec write align=4096
        global  boot_stack
        global  boot_stack_top
                        resb PAGE
boot_stack              resb STACK_BYTES
boot_stack_top:
