/* What programs and the kernel tell each other about devices. */
#ifndef COREY_DEVICE_ABI_H
#define COREY_DEVICE_ABI_H

#include <stdint.h>

/* Every buffer starts with this header, 64-byte aligned; the data follow it. The device sets status and done, in this
 * order, when the work is finished; done was 0 before. */
struct device_buffer {
    uint32_t op; /* what to do: the device's own numbers */
    uint32_t flags;
    uint64_t length; /* bytes of data behind the header: what is to be moved, or the room there is */
    int64_t status;  /* bytes moved, or a negative error */
    uint64_t done;   /* 1: finished */
    uint64_t argument[4];
};

#define DEVICE_BUFFER_MOST (64ul << 10) /* bytes of a buffer, header and data */

enum device_condition {
    DEVICE_FREE = 0, /* nobody has claimed it */
    DEVICE_CLAIMED = 1,
    DEVICE_RESETTING = 2, /* its owner is gone, a transfer is still under way */
};

/* What device_list and device_stat copy out. */
struct device_status {
    uint64_t id;        /* of the port: what a claim names */
    uint64_t condition; /* enum device_condition */
    uint64_t in_flight; /* transfers handed over and not finished */
    char name[32];
};

/* The console. Both work at once: CONSOLE_READ gives what has been typed, 0 bytes when nothing has. */
#define CONSOLE_WRITE 1
#define CONSOLE_READ  2

/* The clock. CLOCK_SAMPLE finishes at the time argument[0] (in ticks of clock_now, at most a second ahead), and then
 * fills the data with the time it is, 8 bytes each. */
#define CLOCK_SAMPLE 1

/* Failures on demand: core argument[0]'s argument[1]-th next allocation fails; 0: none. Only in MODE=debug. */
#define FAILURES_SET 1

/* The books. The data become records from number argument[0] on; argument[1] becomes the next number, 0 at the
 * end. */
#define BOOKS_OBJECTS  1 /* struct books_object: public ones, and what the caller's shares reach */
#define BOOKS_CORES    2 /* struct books_core */
#define BOOKS_ENTRIES  3 /* struct books_entry: entries of those shares */
#define BOOKS_MAPPINGS 4 /* struct books_mapping: of those trees */
#define BOOKS_AUDIT    5 /* one struct books_audit */

struct books_object {
    uint64_t id;
    uint32_t type, home;
    uint64_t references, bytes;
    char name[32];
};

struct books_entry {
    uint64_t share, object, rights;
};

struct books_mapping {
    uint64_t tree, object, start, bytes, offset, perm;
};

struct books_core {
    uint64_t index, free_pages, limbo;
    uint64_t page_ins, link_faults,
        late;             /* faults: pages put into a table; tables linked; pages that were there */
    uint64_t flushes;     /* changes after which cores had to flush */
    uint64_t asked;       /* flushes that it has asked of others */
    uint64_t interrupted; /* interrupts that it has sent to others */
    uint64_t core;        /* id of the object that has claimed it; 0: nobody has */
    uint64_t condition;   /* of that object: enum core_condition (core_status.h) */
    char name[32];        /* its name */
};

struct books_audit {
    uint64_t mismatches; /* pages, blocks and accounts whose owners do not add up: 0 in a sound kernel */
    uint64_t pages[16];  /* by enum page_kind, recounted from the structures */
    uint64_t objects;
    uint64_t limbo; /* items that wait */
};

#endif
