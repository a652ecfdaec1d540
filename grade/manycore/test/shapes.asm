; Work that all cores do at once, each OPERATIONS times WORK: `shape` measures how long that takes; `conflict` looks at
; what lines cores have in common while all are at it.
;
;     private_work     each core on a line of its own
;     stream           each core reads the next 4 KiB of cold memory;  stream_written: writes them
;     counter          one atomic counter
;     false_sharing    two counters in one line, each of which every other core increments
;     test_lock, ticket_lock, queue_lock: two lines touched under the lock, then private work; the locks are
;     test-and-test-and-set, a ticket lock, and MCS's (the node is on the core's own line)

%ifndef WORK
%define WORK private_work
%endif
%ifndef OPERATIONS
%define OPERATIONS 100
%endif

PRIVATE     equ 0x4000000   ; + 64 KiB a core; r12 points to it
STREAMS     equ 0x20000000  ; + 4 MiB a core; r13 is where it has come to
NODE        equ 0x400       ; in there, a node of the MCS lock: next, then whether its core waits
shared_go   equ 0x60040
shared_done equ 0x60080
shared_stop equ 0x600c0
lock_word   equ 0x60100
lock_served equ 0x60140     ; of the ticket lock: lock_word is the next ticket
data_first  equ 0x60180
data_second equ 0x601c0
shared_pair equ 0x60200

%macro SPIN_UNTIL 3         ; compared, with what, jump if it is so
%%wait:
    pause
    cmp %1, %2
    %3 %%done
    jmp %%wait
%%done:
%endmacro

private_work:               ; one core's line, fifty times
    mov ecx, 50
.loop:
    add [r12], rcx
    dec ecx
    jnz .loop
    ret

stream:
    mov ecx, 64
.loop:
    mov al, [r13]
    add r13, 64
    dec ecx
    jnz .loop
    ret

stream_written:
    mov ecx, 64
.loop:
    mov [r13], al
    add r13, 64
    dec ecx
    jnz .loop
    ret

counter:
    lock inc qword [data_first]
    jmp private_work

false_sharing:
    test r12d, 0x10000      ; cores with odd numbers
    jnz odd_count
even_count:
    inc qword [shared_pair]
    jmp private_work
odd_count:
    inc qword [shared_pair + 8]
    jmp private_work

critical:
    inc qword [data_first]
    inc qword [data_second]
    ret

test_lock:
    mov eax, 1
    xchg eax, [lock_word]
    test eax, eax
    jz .mine
.wait:
    pause
    cmp dword [lock_word], 0
    jne .wait
    jmp test_lock
.mine:
    call critical
    mov dword [lock_word], 0
    jmp private_work

ticket_lock:
    mov eax, 1
    lock xadd [lock_word], eax
.wait:
    cmp [lock_served], eax
    je .mine
    pause
    jmp .wait
.mine:
    call critical
    inc dword [lock_served]
    jmp private_work

queue_lock:
    lea rsi, [r12 + NODE]
    mov qword [rsi], 0
    mov qword [rsi + 8], 1
    mov rax, rsi
    xchg rax, [lock_word]
    test rax, rax
    jz .mine
    mov [rax], rsi
    SPIN_UNTIL qword [rsi + 8], 0, je
.mine:
    call critical
    cmp qword [rsi], 0
    jne .hand
    mov rax, rsi
    xor edx, edx
    lock cmpxchg [lock_word], rdx
    jz private_work
    SPIN_UNTIL qword [rsi], 0, jne
.hand:
    mov rax, [rsi]
    mov qword [rax + 8], 0
    jmp private_work

; --- all at once ------------------------------------------------------------------------------------------------------

private_find:
    mov r12, r15
    sub r12, CORE_PAGES
    shl r12, 4
    mov r13, r12
    shl r13, 6
    add r13, STREAMS
    add r12, PRIVATE
    ret

; All others are told to run a routine; returns when they have been told.
%macro ALL_OTHERS 1
    %if CORES > 1
    mov ebp, 1
%%next:
    mov edi, ebp
    mov eax, %1
    call order_only
    inc ebp
    cmp ebp, CORES
    jb %%next
    %endif
%endmacro

shape:
    ALL_OTHERS shape_work
    call settle
    call settle
    MARK REGION_BEGIN
    mov dword [shared_go], 1
    call shape_work
    SPIN_UNTIL dword [shared_done], CORES, je
    MARK REGION_END
    ret

; The first core does nothing, and sleeps through most of it.
shape_first_asleep:
    ALL_OTHERS shape_work
    call settle
    mov dword [APIC_DIVIDE], 0xb
    mov dword [APIC_TIMER], VECTOR_TIMER
    MARK REGION_BEGIN
    mov dword [shared_go], 1
    mov dword [APIC_COUNT], 75 * TIMER_COUNTS
    call idle_sleep
    SPIN_UNTIL dword [shared_done], CORES - 1, je
    MARK REGION_END
    ret

shape_work:
    call private_find
    SPIN_UNTIL dword [shared_go], 0, jne
    mov ebp, OPERATIONS
.loop:
    call WORK
    dec ebp
    jnz .loop
    lock inc dword [shared_done]
    ret

; The region begins when all have begun and ends before any ends: it holds nothing but the work.
conflict:
    ALL_OTHERS conflict_work
    SPIN_UNTIL dword [shared_done], CORES - 1, je
    call private_find
    mov ebp, OPERATIONS
    MARK REGION_BEGIN
.loop:
    call WORK
    dec ebp
    jnz .loop
    MARK REGION_END
    mov dword [shared_stop], 1
    ret

conflict_work:
    call private_find
    lock inc dword [shared_done]
.loop:
    call WORK
    cmp dword [shared_stop], 0
    je .loop
    ret
