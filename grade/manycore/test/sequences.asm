; Short sequences of instructions whose cycles are counted by hand, for the machine `round` and its eight cores: 0 and 1
; share a cluster, 2 and 3 another of the same socket, 4 to 7 are in the other socket.
;
;     SEQUENCE label, core, cycles, "what else is counted"
;
; names one, the core that measures it, and what that core's region must say: the cycles between BEGIN and END, all
; counters that are not 0, and `lost`, the lines that others lost. Each runs twice, with other memory at rsi; what
; counts is the second time, when its code is in the core's cache. A block of code pays for its instructions when it
; begins, so BEGIN and END make blocks of their own; they add three instructions, which each sum below ends with. None may
; reach into another page: there QEMU makes other blocks, and counts an instruction that crosses twice.
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

; Runs all between two labels' numbers.
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

; --- caches ---------------------------------------------------------------------------------------------------------

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

SEQUENCE l1_youngest, 0, 46, "l1 2, l2 2"       ; the oldest goes: the first hits, the other two are pushed out by turns:
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

; --- other cores ------------------------------------------------------------------------------------------------------

line_write:
    mov [rsi], al
    ret

line_read:
    mov al, [rsi]
    ret

SEQUENCE near_modified, 0, 204, "l1 1, near 1"  ; 1 + 200 + 3
    TOUCH
    ON 1, line_write
    BEGIN
    mov al, [rsi]
    END
    ret

SEQUENCE far_modified, 0, 304, "l1 1, far 1"    ; 1 + 300 + 3
    TOUCH
    ON 2, line_write
    BEGIN
    mov al, [rsi]
    END
    ret

SEQUENCE socket_modified, 0, 504, "l1 1, socket 1"      ; 1 + 500 + 3
    TOUCH
    ON 4, line_write
    BEGIN
    mov al, [rsi]
    END
    ret

line_push_out:                                  ; written, and from L2 into L3
    mov [rsi], al
    mov al, [rsi + L2_WAY]
    mov al, [rsi + 2 * L2_WAY]
    mov al, [rsi + 3 * L2_WAY]
    mov al, [rsi + 4 * L2_WAY]
    ret

SEQUENCE far_l3, 0, 304, "l1 1, far 1"          ; modified, in the L3 of another cluster: 1 + 300 + 3
    TOUCH
    ON 2, line_push_out
    BEGIN
    mov al, [rsi]
    END
    ret

SEQUENCE upgrade_l3, 0, 304, "upgrades 1"       ; only that L3 has it besides, and is told: 1 + 300 + 3
    ON 2, line_push_out
    mov al, [rsi]
    BEGIN
    mov [rsi], al
    END
    ret

SEQUENCE near_taken, 0, 204, "l1 1, near 1, lost 1"     ; to write what another has modified: 1 + 200 + 3
    TOUCH
    ON 1, line_write
    BEGIN
    mov [rsi], al
    END
    ret

SEQUENCE near_clean, 0, 204, "l1 1, near 1"     ; only its owner knows that it is clean: 1 + 200 + 3
    TOUCH
    ON 1, line_read
    BEGIN
    mov al, [rsi]
    END
    ret

SEQUENCE l3_of_cluster, 0, 104, "l1 1, l3 1"    ; core 1 has brought it into the cluster's L3: 1 + 100 + 3
    TOUCH
    ON 2, line_write
    ON 1, line_read
    BEGIN
    mov al, [rsi]
    END
    ret

SEQUENCE read_again, 0, 208, "l1 1, near 1"     ; a copy is read for nothing: 5 + 200 + 3
    TOUCH
    ON 1, line_write
    BEGIN
    mov al, [rsi]
    mov al, [rsi]
    mov al, [rsi]
    mov al, [rsi]
    mov al, [rsi]
    END
    ret

SEQUENCE upgrade_near, 0, 204, "upgrades 1, lost 1"     ; 1 + 200 + 3
    ON 1, line_read
    mov al, [rsi]
    ON 1, line_read
    BEGIN
    mov [rsi], al
    END
    ret

SEQUENCE upgrade_all, 0, 504, "upgrades 1, lost 3"      ; as long as the farthest takes: 1 + 500 + 3
    mov al, [rsi]
    ON 1, line_read
    ON 2, line_read
    ON 4, line_read
    mov al, [rsi]
    BEGIN
    mov [rsi], al
    END
    ret

SEQUENCE lost_line, 0, 304, "l1 1, far 1"       ; core 2 took it away meanwhile: 1 + 300 + 3
    mov [rsi], al
    ON 2, line_write
    BEGIN
    mov al, [rsi]
    END
    ret

SEQUENCE atomic_own, 0, 65, "atomics 2"         ; 2 x (1 + 30) + 3
    mov [rsi], al
    BEGIN
    lock inc qword [rsi]
    xchg [rsi], rax
    END
    ret

SEQUENCE atomic_near, 0, 234, "l1 1, near 1, atomics 1, lost 1" ; 1 + 30 + 200 + 3
    TOUCH
    ON 1, line_write
    BEGIN
    lock inc qword [rsi]
    END
    ret

; --- strings ----------------------------------------------------------------------------------------------------------

store_bytes:                                    ; ecx of them
    mov rdi, rsi
    rep stosb
    ret

SEQUENCE stosb_warm, 0, 38                      ; 16 lines: 3 + 16 x 2 + 3
    mov ecx, 1024
    call store_bytes
    BEGIN
    mov ecx, 1024
    mov rdi, rsi
    rep stosb
    END
    ret

SEQUENCE stosq_warm, 0, 38                      ; the same lines: 3 + 16 x 2 + 3
    mov ecx, 1024
    call store_bytes
    BEGIN
    mov ecx, 1024 / 8
    mov rdi, rsi
    rep stosq
    END
    ret

SEQUENCE stosb_none, 0, 6                       ; 3 + 3
    mov [rsi], al
    BEGIN
    xor ecx, ecx
    mov rdi, rsi
    rep stosb
    END
    ret

SEQUENCE stosb_cold, 0, 2318, "l1 16, memory 2, prefetched 14"  ; 3 + 16 x 2 + 2 x 1000 + 14 x 20 + 3
    TOUCH
    BEGIN
    mov ecx, 1024
    mov rdi, rsi
    rep stosb
    END
    ret

SEQUENCE movsb_warm, 0, 70                      ; lines read and lines written: 3 + 2 x 16 x 2 + 3
    mov ecx, 2048
    call store_bytes
    mov rdx, rsi
    BEGIN
    mov ecx, 1024
    lea rdi, [rsi + 1024]
    rep movsb
    END
    mov rsi, rdx
    ret

SEQUENCE stosb_again, 0, 210, "upgrades 1, lost 1"      ; the same instruction at the same line, which core 1 has read
    mov ecx, 1                                  ; meanwhile: 5 + 2 + 200 + 3
    call store_bytes
    ON 1, line_read
    mov ecx, 1
    BEGIN
    call store_bytes
    nop
    END
    ret

; --- the processor ----------------------------------------------------------------------------------------------------

SEQUENCE port, 0, 704, "uncached 1"             ; 1 + 700 + 3
    BEGIN
    in al, 0x61
    END
    ret

SEQUENCE device, 0, 704, "uncached 1"           ; 1 + 700 + 3
    mov ecx, APIC_ID
    mov eax, [rcx]
    BEGIN
    mov eax, [rcx]
    END
    ret

SEQUENCE system_call, 0, 85, "system_calls 1"   ; 2 + 80 + 3
    BEGIN
    syscall
    END
    ret

SEQUENCE trap, 0, 405, "traps 1"                ; 2 + 400 + 3
    BEGIN
    int3
    END
    ret

SEQUENCE interrupt, 0, 2207, "uncached 2, interrupts 1" ; 2 and the handler's 2, 2 x 700 for the APIC, 800, 3
    mov ecx, APIC_SEND
    mov eax, [rcx]
    sti
    nop
    BEGIN
    mov dword [rcx], 0x44000 | VECTOR_IPI
    nop
    END
    cli
    ret

SEQUENCE pause_to_round, 0, 301, "paused 297"   ; a round is 300: one begins behind the first pause, 2 before the region
    call settle                                 ; does, and ends with the second: 300 - 2 + 3
    pause
    MARK REGION_BEGIN
    jmp .next
.next:
    pause
    END
    ret

SEQUENCE kernel_half, 0, 15, "kernel 7, kernel_instructions 7"  ; 2 + 7 + 3 + 3
    mov [rsi], al
    BEGIN
    mov rax, KERNEL_HALF + .kernel
    jmp rax
.kernel:
    nop
    nop
    nop
    nop
    nop
    mov eax, .user
    jmp rax
.user:
    nop
    nop
    nop
    END
    ret

SEQUENCE waiting, 0, 12, "waiting 8"            ; a block counts as it begins, so the last three do: 2 + 5 + 2 + 3
    BEGIN
    MARK WAIT_BEGIN
    jmp .wait
.wait:
    nop
    nop
    nop
    nop
    jmp .done
.done:
    MARK WAIT_END
    nop
    END
    ret

SEQUENCE fetch_cold, 0, 5045, "fetches 5, memory 5"     ; 41 instructions in five lines: 1 + 41 + 5 x 1000 + 3
    mov eax, r14d
    imul eax, 5 * 64
    add eax, lines_of_code
    BEGIN
    call rax
    END
    ret

SEQUENCE fetch_l2, 0, 145, "fetches 5, l2 5"    ; written by this core itself just now: 1 + 41 + 5 x 20 + 3
    mov rdx, rsi
    mov rdi, rsi
    mov esi, lines_of_code
    mov ecx, 5 * 64
    rep movsb
    mov rsi, rdx
    BEGIN
    call rsi
    END
    ret

SEQUENCE fetch_near, 0, 1045, "fetches 5, near 5"       ; written by another: 1 + 41 + 5 x 200 + 3
    TOUCH
    ON 1, code_write
    BEGIN
    call rsi
    END
    ret

code_write:
    mov rdi, rsi
    mov esi, lines_of_code
    mov ecx, 5 * 64
    rep movsb
    ret

align 1024
lines_of_code:                                  ; twice, within a page
    %rep 2
    %rep 31
    mov rax, 0x1122334455667788                 ; ten bytes
    %endrep
    times 9 nop
    ret
    %endrep

; --- translations -----------------------------------------------------------------------------------------------------
; rbx: SMALL_PAGES. SMALL(p, k): in page p, in a line that meets none with another k. Both levels have page p in a set with
; p + 8, the first with p + 2, too. The four entries of a walk are hot unless said otherwise: 4 cycles each.

%define SMALL(page, k) rbx + (page) * 4096 + 1024 + (k) * 64

%macro FLUSH 0
    mov rax, cr3
    mov cr3, rax
%endmacro

SEQUENCE walk_whole, 0, 20, "walks 1, walk_cycles 16"   ; 1 + 4 x 4 + 3
    mov rbx, SMALL_PAGES
    mov al, [SMALL(24, 0)]
    FLUSH
    mov al, [SMALL(24, 0)]
    FLUSH
    BEGIN
    mov al, [SMALL(24, 0)]
    END
    ret

SEQUENCE walk_last_table, 0, 8, "walks 1, walk_cycles 4"        ; the way to the window's last table is known: 1 + 4 + 3
    mov rbx, SMALL_PAGES
    mov al, [SMALL(25, 1)]
    FLUSH
    mov al, [SMALL(24, 0)]
    BEGIN
    mov al, [SMALL(25, 1)]
    END
    ret

SEQUENCE walk_second_page, 0, 8, "walks 1, walk_cycles 4"       ; an access to page 24 and page 25: 1 + 4 + 3
    mov rbx, SMALL_PAGES + 25 * 4096
    mov al, [rbx]
    mov al, [rbx - 1]
    FLUSH
    mov al, [rbx - 1]
    BEGIN
    mov rax, [rbx - 4]
    END
    ret

SEQUENCE walk_cold, 0, 2004, "walks 1, walk_cycles 1000, l1 2, memory 2"        ; the entry's line, then the data's:
    mov rbx, SMALL_PAGES                        ; 1 + 1000 + 1000 + 3
    mov al, [SMALL(24, 0)]
    mov eax, r14d
    shl eax, 15
    BEGIN
    mov al, [rbx + rax + 256 * 4096]
    END
    ret

SEQUENCE tlb_second, 0, 11                      ; one page more than the first level's ways: 1 + 7 + 3
    mov rbx, SMALL_PAGES
    FLUSH
    mov al, [SMALL(24, 0)]
    mov al, [SMALL(26, 1)]
    mov al, [SMALL(28, 2)]
    mov al, [SMALL(30, 3)]
    mov al, [SMALL(32, 4)]
    BEGIN
    mov al, [SMALL(24, 0)]
    END
    ret

SEQUENCE tlb_second_more, 0, 8, "walks 1, walk_cycles 4"        ; one more than the second's: 1 + 4 + 3
    mov rbx, SMALL_PAGES
    FLUSH
    mov al, [SMALL(24, 0)]
    mov al, [SMALL(32, 1)]
    mov al, [SMALL(40, 2)]
    mov al, [SMALL(48, 3)]
    mov al, [SMALL(56, 4)]
    BEGIN
    mov al, [SMALL(24, 0)]
    END
    ret

SEQUENCE tlb_large, 0, 19                       ; nine pages of 2 MiB, eight ways; the second is the oldest then, and so
    FLUSH                                       ; on: 2 x (1 + 7) + 3
    mov ebx, 400 << 20
    %assign i 0
    %rep 9
    mov al, [rbx + (i << 21) + 1024 + i * 64]
    %assign i i + 1
    %endrep
    BEGIN
    mov al, [rbx + 1024]
    mov al, [rbx + (1 << 21) + 1024 + 64]
    END
    ret

SEQUENCE page_forgotten, 0, 22, "walks 1, walk_cycles 16"       ; with it the way to it; not page 25: 3 + 4 x 4 + 3, and
    mov rbx, SMALL_PAGES                        ; no instruction of forgetting is dear
    mov ecx, 0x1000
    mov al, [SMALL(25, 1)]
    mov al, [SMALL(24, 0)]
    BEGIN
    invlpg [rbx + rcx * 8 + 0x10000]
    mov al, [SMALL(25, 1)]
    mov al, [SMALL(24, 0)]
    END
    ret

SEQUENCE global_stays, 0, 4                     ; 1 + 3
    mov rbx, SMALL_PAGES
    mov al, [SMALL(64, 0)]
    FLUSH
    BEGIN
    mov al, [SMALL(64, 0)]
    END
    ret

SEQUENCE global_goes, 0, 20, "walks 1, walk_cycles 16"  ; by a change of CR4: 1 + 4 x 4 + 3
    mov rbx, SMALL_PAGES
    mov al, [SMALL(64, 0)]
    FLUSH
    mov al, [SMALL(24, 0)]
    mov rax, cr4
    btr rax, 7
    mov cr4, rax
    bts rax, 7
    mov cr4, rax
    BEGIN
    mov al, [SMALL(64, 0)]
    END
    ret

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

; How long one cold line takes by the time stamp counter, into the core's page.
time_stamps:
    mov esi, ARENA
    TOUCH
    rdtsc
    mov ebx, eax
    mov cl, [rsi]
    rdtsc
    sub eax, ebx
    mov [r15 + 0x80], eax
    ret
