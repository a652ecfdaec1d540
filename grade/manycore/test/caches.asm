; Sequences: a core alone with its caches and memory.

SEQUENCE nothing, 0, 3
    BEGIN
    END
    ret

SEQUENCE l1_hit, 0, 7                           ; 4 + 3
    mov [rsi], al
    BEGIN
    mov al, [rsi]
    mov [rsi], al
    mov al, [rsi]
    mov al, [rsi]
    END
    ret

SEQUENCE l1_ways, 0, 7                          ; two ways, two lines: 4 + 3
    mov al, [rsi]
    mov al, [rsi + L1_WAY]
    BEGIN
    mov al, [rsi]
    mov al, [rsi + L1_WAY]
    mov al, [rsi]
    mov al, [rsi + L1_WAY]
    END
    ret

SEQUENCE l1_one_more, 0, 66, "l1 3, l2 3"       ; each pushes out the next: 3 x (1 + 20) + 3
    mov al, [rsi]
    mov al, [rsi + L1_WAY]
    mov al, [rsi + 2 * L1_WAY]
    BEGIN
    mov al, [rsi]
    mov al, [rsi + L1_WAY]
    mov al, [rsi + 2 * L1_WAY]
    END
    ret

SEQUENCE l1_youngest, 0, 46, "l1 2, l2 2"       ; the oldest goes: the first hits, the others are pushed out in turn:
    mov al, [rsi]                               ; 3 + 2 x 20 + 3
    mov al, [rsi + L1_WAY]
    mov al, [rsi]
    mov al, [rsi + 2 * L1_WAY]
    BEGIN
    mov al, [rsi]
    mov al, [rsi + L1_WAY]
    mov al, [rsi + 2 * L1_WAY]
    END
    ret

SEQUENCE l2_one_more, 0, 508, "l1 5, l3 5"      ; four ways, five lines: 5 x (1 + 100) + 3
    mov al, [rsi]
    mov al, [rsi + L2_WAY]
    mov al, [rsi + 2 * L2_WAY]
    mov al, [rsi + 3 * L2_WAY]
    mov al, [rsi + 4 * L2_WAY]
    BEGIN
    mov al, [rsi]
    mov al, [rsi + L2_WAY]
    mov al, [rsi + 2 * L2_WAY]
    mov al, [rsi + 3 * L2_WAY]
    mov al, [rsi + 4 * L2_WAY]
    END
    ret

SEQUENCE l3_written, 0, 105, "l1 1, l3 1"       ; nobody else has it: it is the core's own at once. 2 + 100 + 3
    mov al, [rsi]
    mov al, [rsi + L2_WAY]
    mov al, [rsi + 2 * L2_WAY]
    mov al, [rsi + 3 * L2_WAY]
    mov al, [rsi + 4 * L2_WAY]
    BEGIN
    mov al, [rsi]
    mov [rsi], al
    END
    ret

; Lines that one core reads are either in its L2 or in the L3: twelve ways together.
%macro L3_LINES 1
    %assign i 0
    %rep %1
    mov al, [rsi + i * L3_WAY]
    %assign i i + 1
    %endrep
%endmacro

SEQUENCE l3_ways, 0, 1215, "l1 12, l3 12"       ; 12 x (1 + 100) + 3
    L3_LINES 12
    BEGIN
    L3_LINES 12
    END
    ret

SEQUENCE l3_one_more, 0, 13016, "l1 13, memory 13"      ; each pushes out the next: 13 x (1 + 1000) + 3
    L3_LINES 13
    BEGIN
    L3_LINES 13
    END
    ret

SEQUENCE crossing, 0, 2004, "l1 2, memory 2"    ; an access to two lines: 1 + 2 x 1000 + 3
    TOUCH
    BEGIN
    mov rax, [rsi + 60]
    END
    ret

SEQUENCE crossing_page, 0, 2004, "l1 2, memory 2"       ; the same: 1 + 2 x 1000 + 3
    TOUCH
    BEGIN
    mov rax, [rsi + 48 * 64 - 4]                ; rsi is 48 lines from the page's end
    END
    ret

; --- memory -----------------------------------------------------------------------------------------------------------

SEQUENCE memory_read, 0, 1004, "l1 1, memory 1" ; 1 + 1000 + 3
    TOUCH
    BEGIN
    mov al, [rsi]
    END
    ret

SEQUENCE memory_written, 0, 1006, "l1 1, memory 1"  ; who has it alone writes it for nothing: 3 + 1000 + 3
    TOUCH
    BEGIN
    mov al, [rsi]
    mov [rsi], al
    inc qword [rsi + 8]
    END
    ret

SEQUENCE memory_other_node, 4, 2004, "l1 1, memory_far 1"   ; 1 + 2000 + 3
    TOUCH
    BEGIN
    mov al, [rsi]
    END
    ret

SEQUENCE memory_second_node, 0, 2004, "l1 1, memory_far 1"      ; the upper half of memory is the other socket's:
    mov ebx, 600 << 20                          ; 1 + 2000 + 3
    imul eax, r14d, 128
    mov cl, [rbx + 4096]
    BEGIN
    mov al, [rbx + rax]
    END
    ret

SEQUENCE memory_own_node, 4, 1004, "l1 1, memory 1"     ; 1 + 1000 + 3
    lea rbx, [rsi + (600 << 20)]
    mov cl, [rbx + 4096]
    BEGIN
    mov al, [rbx]
    END
    ret

SEQUENCE stream_up, 0, 2131, "l1 8, memory 2, prefetched 6"     ; two lines make a stream; then a line is in L2 in time,
    TOUCH                                       ; for memory needs only 10 for it: 8 + 2 x 1000 + 6 x 20 + 3
    BEGIN
    %assign i 0
    %rep 8
    mov al, [rsi + i * 64]
    %assign i i + 1
    %endrep
    END
    ret

SEQUENCE stream_down, 0, 2131, "l1 8, memory 2, prefetched 6"   ; 8 + 2 x 1000 + 6 x 20 + 3
    TOUCH
    BEGIN
    %assign i 8
    %rep 8
    mov [rsi + i * 64], al
    %assign i i - 1
    %endrep
    END
    ret

SEQUENCE stream_page, 0, 4049, "l1 6, memory 4, prefetched 2"   ; it does not cross into the next page of 4 KiB:
    TOUCH                                       ; 6 + 4 x 1000 + 2 x 20 + 3
    BEGIN
    %assign i 45
    %rep 6
    mov al, [rsi + i * 64]                      ; rsi is 48 lines from the page's end
    %assign i i + 1
    %endrep
    END
    ret

SEQUENCE streams_four, 0, 8095, "l1 12, memory 8, prefetched 4" ; as many as it follows, 12 + 8 x 1000 + 4 x 20 + 3
    TOUCH
    BEGIN
    %assign i 0
    %rep 3
    mov al, [rsi + i * 64]
    mov al, [rsi + 0x11000 + i * 64]
    mov al, [rsi + 0x22000 + i * 64]
    mov al, [rsi + 0x33000 + i * 64]
    %assign i i + 1
    %endrep
    END
    ret

SEQUENCE streams_five, 0, 15018, "l1 15, memory 15"     ; one more, in turn: none is found again. 15 x (1 + 1000) + 3
    TOUCH
    BEGIN
    %assign i 0
    %rep 3
    mov al, [rsi + i * 64]
    mov al, [rsi + 0x11000 + i * 64]
    mov al, [rsi + 0x22000 + i * 64]
    mov al, [rsi + 0x33000 + i * 64]
    mov al, [rsi + 0x44000 + i * 64]
    %assign i i + 1
    %endrep
    END
    ret

; The first lines of a page, so many, from each of five places that meet in L2: the first place's are in the L3 then,
; and the other four those streams that are followed.
%macro LINES 2                  ; how many, from which place
    %assign i 0
    %rep %1
    mov al, [rsi + (%2) * L2_WAY + i * 64]
    %assign i i + 1
    %endrep
%endmacro

%macro LINES_IN_L3 1
    %assign place 0
    %rep 5
    LINES %1, place
    %assign place place + 1
    %endrep
%endmacro

align 512
SEQUENCE stream_l3, 0, 331, "l1 8, l3 2, prefetched 6"  ; what the L3 has comes as soon: 8 + 2 x 100 + 6 x 20 + 3
    LINES_IN_L3 8
    BEGIN
    LINES 8, 0
    END
    ret

align 512
SEQUENCE stream_into_memory, 0, 331, "l1 8, l3 2, prefetched 6" ; 4 lines from the L3, and on: 8 + 2 x 100 + 6 x 20 + 3
    LINES_IN_L3 4
    BEGIN
    LINES 8, 0
    END
    ret
