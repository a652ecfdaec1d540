; What sequences are made of. The others of this folder are
;
;     caches.asm, sharing.asm, processor.asm, translations.asm     in model=blocking
;     generous.asm                                                 in model=generous
;
; Short sequences of instructions whose cycles are counted by hand, for the machine `round` and its eight cores: 0 and 1
; share a cluster, 2 and 3 another of the same socket, 4 to 7 are in the other socket.
;
;     SEQUENCE label, core, cycles, "what else is counted"
;
; names one, the core that measures it, and what that core's region must say: the cycles between BEGIN and END, all
; counters that are not 0, and `lost`, the lines that others lost. Each runs twice, with other memory at rsi; what
; counts is the second time, when its code is in the core's cache. A block of code pays for its instructions when it
; begins, so BEGIN and END make blocks of their own; they add three instructions, which each sum below ends with. None
; may reach into another page: there QEMU makes other blocks, and counts an instruction that crosses twice.
;
; rsi: fresh memory, in the middle of a 2 MiB page. Lines at multiples of L1_WAY meet in the first level, at multiples
; of L2_WAY in the second. r14: 0 the first time, then 1.

%assign sequences 0

%macro SEQUENCE 3-4
    align 256
    %assign sequences sequences + 1
    %assign sequence_core_%[sequences] %2
    sequence_%[sequences]:
    %1:
%endmacro

%macro BEGIN 0
    MARK REGION_BEGIN
    jmp %%next
%%next:
%endmacro

%macro END 0
    jmp %%mark
%%mark:
    MARK REGION_END
    jmp %%after
%%after:
%endmacro

; The page is in the core's TLB then.
%macro TOUCH 0
    mov al, [rsi + 0x100200]
%endmacro

; Runs those with numbers above the first, up to the second.
%macro SEQUENCES_RUN 2
    mov esi, ARENA + 0x4400
    %assign number %1
    %rep %2 - %1
        %assign number number + 1
        xor r14d, r14d
    %%again_%[number]:
        %if sequence_core_%[number] == 0
            call sequence_%[number]
        %else
            ON sequence_core_%[number], sequence_%[number]
        %endif
        add rsi, 1 << 21
        inc r14d
        cmp r14d, 2
        jb %%again_%[number]
    %endrep
    ret
%endmacro

L1_WAY equ 2048
L2_WAY equ 32768
L3_WAY equ 131072

%include "caches.asm"
%include "sharing.asm"
%include "processor.asm"
%include "translations.asm"

%assign hand_counted sequences

hand_counted_run:
    SEQUENCES_RUN 0, hand_counted

; The simulation begins at late_begin; the code that runs then has run before. Its five lines, and the one in which this
; stands, are fetched; the call writes to the stack, of which a walk's three lines and its own are cold, too:
; 1 + 41 + 10 x 1000 + 3.
translated_before:
    call lines_of_code
    jmp late_begin
align 64
late_begin:
    nop
    BEGIN
    call lines_of_code
    END
    ret

; How long four instructions and one cold line take by the time stamp counter, into the core's page. Some QEMUs end a
; block with rdtsc: each is followed by what ends one for all.
time_stamps:
    mov esi, ARENA
    TOUCH
    rdtsc
    jmp .begun
.begun:
    mov ebx, eax
    mov cl, [rsi]
    rdtsc
    jmp .ended
.ended:
    sub eax, ebx
    mov [r15 + 0x80], eax
    ret
