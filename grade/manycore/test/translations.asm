; Sequences: the TLB and its walks.
;
; rbx: SMALL_PAGES. SMALL(p, k): in page p, in a line that meets none with another k. Both levels have page p in a set
; with p + 8, the first with p + 2, too. The four entries of a walk are hot unless said otherwise: 4 cycles each.

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
