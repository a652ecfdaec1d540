/* What core_run is told: how a program begins on another core. */
#ifndef COREY_CORE_CONTEXT_H
#define COREY_CORE_CONTEXT_H

#include <stdint.h>

#define CORE_SHARES_MOST 32

struct core_context {
    uint64_t size;  /* of this struct */
    uint64_t flags; /* 0 */
    uint64_t root;  /* handle of the root tree to run on */
    uint64_t entry; /* the first instruction; the addresses are those of that root */
    uint64_t stack; /* rsp there */
    /* As core_set_trap's; area 0: none. */
    uint64_t trap_area, trap_entry, trap_stack;
    uint64_t argument[6]; /* arrive in rdi, rsi, rdx, rcx, r8, r9 */
    /* The program's set: share[i] in slot i + 1, with those of `rights` that the caller has. */
    uint64_t shares;
    struct {
        uint64_t share; /* handle */
        uint64_t rights;
    } share[CORE_SHARES_MOST];
};

#endif
