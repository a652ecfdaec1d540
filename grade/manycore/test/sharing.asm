; Sequences: lines that other cores have, too. ON runs a routine on another core and returns some time after.

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

third_line_write:
    mov [rsi + 128], al
    ret

SEQUENCE stream_near, 0, 2248, "l1 5, memory 2, near 1, prefetched 2"   ; the core asks for the third itself, which is
    TOUCH                                       ; another's, and the stream goes on: 5 + 2 x 1000 + 200 + 2 x 20 + 3
    ON 1, third_line_write
    BEGIN
    mov al, [rsi]
    mov al, [rsi + 64]
    mov al, [rsi + 128]
    mov al, [rsi + 192]
    mov al, [rsi + 256]
    END
    ret
