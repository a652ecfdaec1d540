/* System calls: how a lab offers one.
 *
 * Each lab's given/abi/calls.def lists its calls, one line each; number = 16 * lab + index, never used again. From
 * the union of these come numbers, ring 3 stubs, dispatch, the reference table and the fuzzer's data. A handler:
 *
 *     CALL_HANDLER(segment_alloc, handle, name, memory)
 *     {
 *         ...
 *         return call_value(handle);        or call_error(E_PERM), call_pair(value, second)
 *     }
 *
 * A handler runs to its end with interrupts off. A call that fails has changed nothing. A call that changes something
 * returns in registers only; one that copies out changes nothing. */
#ifndef COREY_CALL_H
#define COREY_CALL_H

#include "table.h"
#include "types.h"

#define CALLS_A_LAB 16
#define CALLS_MOST  (8 * CALLS_A_LAB)

/* rax and rdx. */
struct call_result {
    int64_t value;
    uint64_t second;
};

typedef struct call_result call_function(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t);

struct call {
    unsigned number;
    const char *name;
    call_function *handler;
};
TABLE(call, const struct call);

/* The six arguments are always there; unnamed ones are ignored. */
#define CALL_HANDLER(name, ...)                                                                              \
    static struct call_result call_##name(CALL_PARAMETERS(__VA_ARGS__));                                     \
    static const struct call call_entry_##name = {CALL_NUMBER_##name, #name, call_##name};                   \
    TABLE_ENTRY(call, 50, const struct call, name, &call_entry_##name);                                      \
    static struct call_result call_##name(CALL_PARAMETERS(__VA_ARGS__))

#define CALL_PARAMETERS(...)                                                                                 \
    CALL_PARAMETERS_(__VA_ARGS__ __VA_OPT__(, ) unused6, unused5, unused4, unused3, unused2, unused1)
#define CALL_PARAMETERS_(a, b, c, d, e, f, ...)                                                              \
    __attribute__((unused)) uint64_t a, __attribute__((unused)) uint64_t b,                                  \
        __attribute__((unused)) uint64_t c, __attribute__((unused)) uint64_t d,                              \
        __attribute__((unused)) uint64_t e, __attribute__((unused)) uint64_t f

static inline struct call_result
call_value(int64_t value)
{
    return (struct call_result){value, 0};
}

static inline struct call_result
call_pair(int64_t value, uint64_t second)
{
    return (struct call_result){value, second};
}

static inline struct call_result
call_error(int error)
{
    return (struct call_result){error, 0};
}

/* Finds the handler: E_NOSYS. Lab 4's entry code calls it; lab 3's tests do, too. */
struct call_result call_dispatch(uint64_t number, const uint64_t arguments[6]);

/* A handle's `memory` argument: MEMORY_HERE is this core; negative E_INVAL when there is no such core. */
int call_memory(uint64_t memory);

/* Copies a name from ring 3 (address 0: an empty name). Until lab 4 a kernel address (weak default).
 * E_FAULT; E_INVAL: no NUL within NAME_SIZE bytes. */
int call_name(uint64_t address, char name[]);

/* Copies bytes out to ring 3; E_FAULT. Until lab 4 a kernel address (weak default). */
int call_copy_out(uint64_t address, const void *from, uint64_t bytes);

/* Copies bytes in; E_FAULT. */
int call_copy_in(void *to, uint64_t address, uint64_t bytes);

#endif
