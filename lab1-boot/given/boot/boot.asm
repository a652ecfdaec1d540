; The boot sector: the 512 bytes that a BIOS reads from a disk and runs at 0x7c00 in real mode.
;
; Sets up segments, stack and serial port, reads the loader and jumps to it with the disk's number in dl. Reads by
; linear address (INT 13h extensions): a BIOS without them, or a disk that fails, gives a message.

%include "layout.inc"
%include "ports.inc"

        bits 16
start:
        jmp     0:.segments_zero        ; some BIOSes come here as 07c0:0000
.segments_zero:
        cli
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, STACK_TOP          ; the upper half too: the loader uses it in protected mode
        sti
        cld
        call    serial_begin

        mov     bx, 0x55aa              ; INT 13h, 41h: are there extensions?
        mov     ah, 0x41
        push    dx
        int     0x13
        pop     dx
        mov     si, no_extensions
        jc      fail
        cmp     bx, 0xaa55
        jne     fail
        test    cl, 1                   ; function 42h is one of them
        jz      fail

        mov     si, loader_packet
        mov     ah, 0x42                ; INT 13h, 42h: extended read
        push    dx
        int     0x13
        pop     dx
        mov     si, no_loader
        jc      fail
        jmp     0:LOADER

; COM1: 115200 baud, 8 data bits, no parity, 1 stop bit (16550 data sheet, 8.1 to 8.3).
serial_begin:
        push    dx
        mov     si, .settings
        mov     cx, 5
.next:
        lodsw
        movzx   dx, al
        add     dx, COM1
        mov     al, ah
        out     dx, al
        loop    .next
        pop     dx
        ret
.settings:
        db      3, 0x80                 ; line control: the next two bytes are the divisor
        db      0, 1
        db      1, 0
        db      3, 0x03                 ; 8 bits, no parity, 1 stop bit
        db      2, 0x07                 ; FIFOs on and empty

%include "print.inc"

        align 4
loader_packet:
        istruc packet
        at packet.bytes,        dw packet_size
        at packet.sectors,      dw LOADER_SECTORS
        at packet.offset,       dw LOADER
        at packet.segment,      dw 0
        at packet.start,        dq LOADER_SECTOR
        iend

no_extensions   db "this BIOS cannot read the disk by linear address", 0
no_loader       db "disk error while reading the loader", 0

; From byte 446 on lies the partition table, here empty. A sector that is too long would need a negative `times`, which
; is an error.
        times 446 - ($ - $$) db 0
        times 510 - 446 db 0
        dw      0xaa55
