/* What the tests of address trees and segments under several cores have in common.
 *
 * Each core has a root of its own, which it loads, and all roots map one inner tree at HERE. Cores touch memory as
 * programs do, through tables and TLB, and as system calls do. */
#ifndef COREY_TREE_CORES_H
#define COREY_TREE_CORES_H

#include "../../lab4-addrtree/test/tree_test.h"
#include "core_test.h"
#include "user_copy.h"

#define HERE       (1 * GIB)
#define TABLES     4
#define PAGES      64
#define TREE_BYTES (TABLES * LARGE_PAGE_SIZE)
#define CORES_MOST 8

/* A test for several cores: listed as NAME_on_2 and NAME_on_4. */
#define TEST_ON_CORES(name)                                                                                  \
    static void name(void);                                                                                  \
    TEST(name##_on_2)                                                                                        \
    {                                                                                                        \
        name();                                                                                              \
    }                                                                                                        \
    TEST(name##_on_4)                                                                                        \
    {                                                                                                        \
        name();                                                                                              \
    }                                                                                                        \
    static void name(void)

/* What the cores of a test share. */
struct cores_shared {
    struct tree *inner, *roots[CORES_MOST];
    struct segment *segment, *other;
    uint64_t arrived; /* atomic: cores that have come to a meeting, all meetings together */
    bool over;        /* atomic: core 0 has done its part */
};
extern struct cores_shared cores;

/* Makes inner tree, roots, and cores.segment, all public. Before test_on_all. */
void cores_begin(uint64_t pages);

/* Drops inner tree and segment. After test_on_all. */
void cores_end(void);

/* This core leaves its root and lets go of it. */
void cores_leave_root(uint32_t index);

/* Waits until all cores have come here as often as this one; what they did before is seen. */
void cores_meet(uint64_t *meetings);

/* One more thing that this core has got through. */
void cores_count(uint64_t *progress);

/* For core 0: whether to go on, because it has not gone round `least` times yet, or some other core has not got through
 * as many things. */
bool cores_go_on(uint64_t rounds, uint64_t least, const uint64_t *progress);

/* Core 0 has come to its end; for the others: whether it has. */
void cores_end_it(void);
bool cores_are_over(void);

/* test_pause, so many times. */
void test_pause_for(unsigned times);

/* One load or store at an address of this core's root as ring 3 would do it, with the page faults that it takes.
 * Whoever flushes this core meanwhile waits for it. E_FAULT: nothing is mapped there. */
int ring3_touch(uint64_t address, enum access access, uint64_t *word);

/* What a page holds, in its first word: whose it is, and which. */
#define MARK(which, page) ((uint64_t)(which) << 32 | (page))
void mark_pages(struct segment *segment, uint64_t which);

#endif
