/* Handles and rights: how a program names an object, and what it may do with it.
 *
 *     63      62..56   55......44   43........................0
 *     0       slot     core         counter                        id = the low 56 bits
 *
 * An id is for ever one object's; a handle says through which share of this core's set it is reached. Handles mean
 * nothing on another core: pass ids. */
#ifndef COREY_HANDLE_H
#define COREY_HANDLE_H

#include <stdint.h>

#define HANDLE_ID_BITS  56
#define HANDLE_ID_MASK  ((1ul << HANDLE_ID_BITS) - 1)
#define HANDLE_SLOTS    128 /* slots 1 to 127; 0 is none */
#define ID_COUNTER_BITS 44

/* The handle of the object `id` through the share in `slot`; id 0 names the share itself. */
#define HANDLE(slot, id) ((uint64_t)(slot) << HANDLE_ID_BITS | (id))

static inline uint64_t
handle_id(uint64_t handle)
{
    return handle & HANDLE_ID_MASK;
}

static inline unsigned
handle_slot(uint64_t handle)
{
    return handle >> HANDLE_ID_BITS;
}

/* Rights in a share's entry. What a caller may do = the entry's rights AND those of its slot. */
#define RIGHT_R   1  /* read, look up, stat */
#define RIGHT_W   2  /* write, resize, add to, remove from, allocate through */
#define RIGHT_X   4  /* execute, run */
#define RIGHT_D   8  /* halt a core, release a device */
#define RIGHT_G   16 /* copy into another share */
#define RIGHT_ALL 31

/* Whose free pages memory comes from: a core's index, or this. */
#define MEMORY_HERE (~0u)

/* An account's limit in share_alloc: 0 uses the parent's account; else pages moved from the parent's limit. */

/* What share_list copies out, an entry each. */
struct share_entry {
    uint64_t id;
    uint32_t type; /* enum object_type */
    uint32_t rights;
};

/* What share_stat copies out. */
struct share_status {
    uint64_t id;
    uint64_t level;
    uint64_t entries;
    uint64_t own_account;   /* 1: this share's account is its own */
    uint64_t account_limit; /* bytes */
    uint64_t account_used;  /* bytes, what waits in limbo among them */
    uint64_t account_limbo; /* bytes */
};

#endif
