/* The program's trap area on this core. */
#ifndef COREY_USER_TRAP_H
#define COREY_USER_TRAP_H

#include "tree.h"

struct trap_area;

/* Where the traps of a program go: its trap area, whose page is pinned, and its handler. All zero: nowhere. */
struct trap_target {
    struct trap_area *area;  /* in the direct map; null: none */
    struct segment *segment; /* held, page `index` pinned */
    uint64_t index;
    uint64_t address; /* of the area, in ring 3 */
    uint64_t entry, stack;
};

/* Makes a target from addresses of ring 3 on this root, and pins the area's page. No locks held.
 * E_INVAL: `address` is not a multiple of 4096, or one of them is no address of ring 3. E_FAULT: the area is not mapped
 * writable there. E_NOMEM, E_AGAIN: its page. */
int trap_target_make(struct tree *root, uint64_t address, uint64_t entry, uint64_t stack,
                     struct trap_target *out);

/* Unpins and lets go; all zero is left alone. No locks held. */
void trap_target_free(const struct trap_target *target);

/* Makes it this core's, which frees it when the program ends; the one before is freed. No locks held. */
void trap_target_set(const struct trap_target *target);

/* The segment that core `index`'s area lies in, which it holds; or null. For the books, while that core
 * stands still. */
struct segment *trap_area_segment(uint32_t index);

#endif
