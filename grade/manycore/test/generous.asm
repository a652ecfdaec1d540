; Sequences for model=generous, on one core of `round` with bandwidth=off. A core has ten misses under way and 56
; stores; it waits for them only when there is no more room, or at an atomic instruction. They are long: `align 512`
; keeps each in one page.

; All that is under way has ended.
%macro DRAIN 0
    lock inc qword [r15 + 0xc0]     ; a line that the sequences do not push out
%endmacro

; Loads or stores to that many cold lines, no two of which are neighbours.
%macro LOADS 1
    %assign i 0
    %rep %1
    mov al, [rsi + i * 128]
    %assign i i + 1
    %endrep
%endmacro

%macro STORES 1
    %assign i 0
    %rep %1
    mov [rsi + i * 128], al
    %assign i i + 1
    %endrep
%endmacro

align 512
SEQUENCE loads_hidden, 0, 13, "l1 10, memory 10"        ; nobody waits for them: 10 + 3
    TOUCH
    DRAIN
    BEGIN
    LOADS 10
    END
    ret

align 512
SEQUENCE loads_ten, 0, 1044, "l1 10, memory 10, atomics 1"      ; all end at once: 11 + 1000 + 30 + 3
    TOUCH
    DRAIN
    BEGIN
    LOADS 10
    DRAIN
    END
    ret

align 512
SEQUENCE loads_eleven, 0, 2045, "l1 11, memory 11, atomics 1"   ; the eleventh begins with the end of the first:
    TOUCH                                       ; 12 + 2 x 1000 + 30 + 3
    DRAIN
    BEGIN
    LOADS 11
    DRAIN
    END
    ret

align 512
SEQUENCE loads_thirty, 0, 3064, "l1 30, memory 30, atomics 1"   ; 31 + 3 x 1000 + 30 + 3
    TOUCH
    DRAIN
    BEGIN
    LOADS 30
    DRAIN
    END
    ret

align 512
SEQUENCE loads_apart, 0, 1004, "l1 2, memory 2" ; 300 instructions lie between them: too many to have begun before the
    TOUCH                                       ; first has ended, 1000 after 2; then 2 more instructions
    DRAIN
    BEGIN
    mov al, [rsi]
    jmp .next
.next:
    times 300 nop
    mov al, [rsi + 128]
    END
    ret

align 512
SEQUENCE stores_hidden, 0, 59, "l1 56, memory 56"       ; 56 + 3
    TOUCH
    DRAIN
    BEGIN
    STORES 56
    END
    ret

align 512
SEQUENCE stores_one_more, 0, 1060, "l1 57, memory 57"   ; waits for the first: 57 + 1000 + 3
    TOUCH
    DRAIN
    BEGIN
    STORES 57
    END
    ret

align 512
SEQUENCE stores_drained, 0, 1040, "l1 6, memory 6, atomics 1"   ; 7 + 1000 + 30 + 3
    TOUCH
    DRAIN
    BEGIN
    STORES 6
    DRAIN
    END
    ret

generous_run:
    SEQUENCES_RUN hand_counted, sequences
