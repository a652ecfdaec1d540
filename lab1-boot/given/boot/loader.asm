; The loader: from real mode to a kernel in memory.
;
; In real mode it checks the processor, opens the A20 gate and asks the firmware for the map of memory; in 32-bit
; protected mode load.c reads the kernel and the modules to where they belong (disk.c), going back to real mode for each
; read of the disk. It ends at the kernel's entry as lab1-boot/boot_info.h promises, or with a message.
;
; Segments are flat and zero-based in both modes and the stack lies below 64 KiB, so a pointer to low memory, esp
; included, is the same number in both.

%include "layout.inc"
%include "ports.inc"
%include "boot_info.inc"

        extern  load

        bits 16
start:
        mov     [disk], dl
        call    processor_check
        call    gate_open
        call    map_read
        cli
        call    protected_enter
        bits 32
        call    load
        mov     ecx, eax
        mov     eax, BOOT_MAGIC
        mov     ebx, BOOT_INFO
        jmp     ecx

disk            db 0                    ; the BIOS's number of the disk we came from

%include "print.inc"
%include "firmware.inc"
%include "modes.inc"

; --- for loader.h

        global  physical, boot_information, directory, kernel_head, disk_buffer, disk_buffer_end
physical                equ 0
boot_information        equ BOOT_INFO
directory               equ DIRECTORY
kernel_head             equ KERNEL_HEAD
disk_buffer             equ BUFFER
disk_buffer_end         equ BUFFER + BUFFER_SECTORS * SECTOR

        bits 32

        global  disk_transfer
disk_transfer:
        push    ebx
        mov     ebx, sectors_read
        call    real_call
        pop     ebx
        ret

        global  loader_print
loader_print:
        push    ebx
        push    esi
        mov     esi, [esp + 12]
        mov     ebx, print
        call    real_call
        pop     esi
        pop     ebx
        ret

        global  loader_fail
loader_fail:
        mov     esi, [esp + 4]
        mov     ebx, fail
        jmp     real_call

        bits 16

; Has the firmware read what disk_packet says.
sectors_read:
        pushad
        mov     byte [disk_failed], 0
        mov     si, disk_packet
        mov     dl, [disk]
        mov     ah, 0x42                ; INT 13h: extended read
        int     0x13
        jnc     .end
        mov     byte [disk_failed], 1
        mov     [disk_error], ah
.end:
        popad
        ret

        global  disk_packet, disk_failed, disk_error
        align 4
disk_packet:
        istruc packet
        at packet.bytes,        dw packet_size
        at packet.sectors,      dw 0
        at packet.offset,       dw 0
        at packet.segment,      dw BUFFER >> 4
        at packet.start,        dq 0
        iend
disk_failed     db 0
disk_error      db 0
