/* The few of the guest's instructions that the simulator must know: SDM vol. 2. */
#ifndef MANYCORE_DECODE_H
#define MANYCORE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum instruction_kind {
    PLAIN,
    PAUSE,
    HALT,
    ATOMIC,      /* lock prefix, or xchg */
    STRING,      /* repeated */
    PORT,        /* in and out */
    TABLES,      /* mov to cr3 */
    TABLES_ALL,  /* mov to cr0 or cr4, invpcid */
    FORGET_PAGE, /* invlpg */
    TIME,        /* rdtsc, rdtscp */
    MARKER,      /* lab5-cores/user/marker.h */
};

struct instruction {
    enum instruction_kind kind;
    uint32_t marker;
    struct { /* FORGET_PAGE: registers by their numbers in gdb's order, -1: none */
        int8_t base, index;
        uint8_t scale;
        int32_t displacement;
    } address;
};

struct instruction instruction_decode(const uint8_t *bytes, size_t size);

#endif
