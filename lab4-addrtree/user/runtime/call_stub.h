/* System calls from ring 3: makes from each line of a calls*.def two functions,
 *
 *     int64_t            at_unmap(uint64_t tree, uint64_t start, uint64_t length);
 *     struct call_result at_unmap_pair(...);      the same, for calls that return two values
 *
 * Use: #include "call_stub.h", then the list, as calls.h does. */
#ifndef COREY_CALL_STUB_H
#define COREY_CALL_STUB_H

#include <stdint.h>

#include "call_def.h"

/* rax and rdx. A negative value is an error (error.h). */
struct call_result {
    int64_t value;
    uint64_t second;
};

/* All registers but rcx and r11 are kept (program.h); r10 stands for rcx, which `syscall` itself overwrites. */
static inline struct call_result
call_make(uint64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, uint64_t f)
{
    register uint64_t r10 __asm__("r10") = d;
    register uint64_t r8 __asm__("r8") = e;
    register uint64_t r9 __asm__("r9") = f;
    struct call_result result;
    __asm__ volatile("syscall"
                     : "=a"(result.value), "=d"(result.second)
                     : "a"(number), "D"(a), "S"(b), "1"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#define CALL_SIX(...) CALL_SIX_(__VA_ARGS__ __VA_OPT__(, ) 0, 0, 0, 0, 0, 0)
#define CALL_SIX_(a, b, c, d, e, f, ...)                                                                     \
    (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), (uint64_t)(d), (uint64_t)(e), (uint64_t)(f)

#define CALL_STUB(number, name, parameters, names)                                                           \
    __attribute__((unused)) static inline int64_t name parameters                                            \
    {                                                                                                        \
        return call_make(number, CALL_SIX names).value;                                                      \
    }                                                                                                        \
    __attribute__((unused)) static inline struct call_result name##_pair parameters {                        \
        return call_make(number, CALL_SIX names);                                                            \
    }

#endif
