/* What the tests of address trees have in common. */
#ifndef COREY_TREE_TEST_H
#define COREY_TREE_TEST_H

#include "../../lab3-shares/test/share_test.h"
#include "mapping.h"
#include "program.h"
#include "segment_touch.h"
#include "tree.h"

#define MIB (1ul << 20)
#define GIB (1ul << 30)

/* Objects of the caller's reference. */
struct tree *root_make(void);
struct tree *inner_make(void);
struct segment *segment_make_pages(uint64_t pages);

/* Maps, and expects that it works. */
void map(struct tree *tree, uint64_t start, struct object *object, uint64_t offset, uint64_t bytes,
         uint64_t perm);

/* Where an address leads, or a place without a segment. */
struct place place_of(struct tree *root, uint64_t address);

/* A fault on a root that need not run, with what it must end with. */
#define check_fault(expected, root, address, access)                                                         \
    check_equal(expected, tree_fault(root, address, access, false))

/* What a page of the segment holds in its first word; writing it as the kernel does, copies broken first. */
uint64_t word_read(struct segment *segment, uint64_t index);
void word_write(struct segment *segment, uint64_t index, uint64_t value);

/* Reads and writes a word at an address of the tree that this core runs on, as ring 3 would, through the
 * processor's own translation: false when that faults. They take no fault handler along, so what they see
 * stands in the tables, or in the TLB. */
bool probe_read(uint64_t address, uint64_t *value);
bool probe_write(uint64_t address, uint64_t value);

/* The directory entry of a root for an address, or 0. */
uint64_t directory_of(struct tree *tree, uint64_t address);

#endif
