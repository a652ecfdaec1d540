/* For the tests of cfork: forking with what can be checked at once, and words that parent and child share. A check that
 * fails in a child is the child's status, which its parent checks. */
#ifndef COREY_FORK_TEST_H
#define COREY_FORK_TEST_H

#include <stdlib.h>
#include <sys/wait.h>

#include "again.h"
#include "cfork.h"
#include "check.h"
#include "core_calls.h"
#include "platform_calls.h"
#include "start.h"

#define PAGE         4096ul
#define MOST_ENTRIES 4 /* that the start of a child makes in our share */

/* Words that parent and child share: atomic. */
static uint64_t *word;

static inline void
words_make(void)
{
    word = memory(PAGE, SHARED);
    check(word != NULL);
}

static inline void
word_wait(unsigned which, uint64_t value)
{
    while (__atomic_load_n(&word[which], __ATOMIC_ACQUIRE) != value)
        __builtin_ia32_pause();
}

static inline void
word_set(unsigned which, uint64_t value)
{
    __atomic_store_n(&word[which], value, __ATOMIC_RELEASE);
}

/* Forks with these shares; a failure ends the program, and so does a child that is none. */
static inline int64_t
fork_shares(const struct cfork_share *shares, size_t count)
{
    uint64_t parent = boot_page->core;
    int64_t core = cfork(shares, count);
    if (core < 0)
        check_equal(0, core);
    check((core == 0) == (boot_page->core != parent));
    return core;
}

static inline int64_t
fork_good(void)
{
    return fork_shares(NULL, 0);
}

/* The child's exit status. */
static inline int
exit_of(int64_t core)
{
    int status;
    check_equal(0, cfork_wait(core, &status));
    check(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* The table of our share grows where as many entries more make it: not by those of a child, which go again; and it has
 * its size after some children. */
static inline void
share_settle(void)
{
    struct share_status status;
    for (;;) {
        check_equal(sizeof(status), share_stat(boot_page->share, &status, sizeof(status)));
        if (__builtin_clzl(status.entries) == __builtin_clzl(status.entries + MOST_ENTRIES))
            break;
        check(segment_alloc(boot_page->share, "filler", MEMORY_HERE) > 0);
    }
}

#endif
