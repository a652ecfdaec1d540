; The loader: from real mode to a kernel in memory.
;
; In real mode it checks the processor, opens the A20 gate and asks the firmware for the map of memory; in 32-bit
; protected mode it reads the kernel's segments and the modules to where they belong, going back to real mode for each
; read of the disk. It ends at the kernel's entry as lab1-boot/boot_info.h promises, or with a message.
;
; Segments are flat and zero-based in both modes and the stack lies below 64 KiB, so a pointer to low memory, esp
; included, is the same number in both.

%include "layout.inc"
%include "ports.inc"
%include "boot_info.inc"

        bits 16
%ifidn __OUTPUT_FORMAT__, bin          ; for gdb it is linked instead
        org LOADER
%endif

start:
        mov     [disk], dl
        call    processor_check
        call    gate_open
        call    map_read
        cli
        call    protected_enter
        bits 32
        call    root_pointer_find
        call    screen_find
        call    directory_read
        call    kernel_load
        call    modules_load

        mov     dword [BOOT_INFO + boot_info.magic], BOOT_MAGIC
        mov     dword [BOOT_INFO + boot_info.version], BOOT_VERSION
        mov     dword [BOOT_INFO + boot_info.size], boot_info_size
        mov     eax, BOOT_MAGIC
        mov     ebx, BOOT_INFO
        jmp     [kernel_entry]

disk            db 0                    ; the BIOS's number of the disk we came from

%include "print.inc"
%include "firmware.inc"
%include "modes.inc"
%include "disk.inc"
%include "place.inc"
%include "elf.inc"
%include "modules.inc"

        times LOADER_SECTORS * SECTOR - ($ - $$) db 0
