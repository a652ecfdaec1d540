/* A page that two cores free at the same time: one of them puts it on its list, the other panics. Exercise 1.3.
 *
 * In each round the cores of a pair have one page that is allocated, and each gives it back. Nothing orders the two, so
 * whoever asks outside of the lock whether it is free already reads a word that the other may be writing; and where
 * both ask before either has written, the page goes on its list twice. */
#include "host.h"

#include <stdio.h>

#include "page.h"
#include "startup.h"

#define CORES  4
#define PAGES  16
#define ROUNDS 1000

/* What the two cores of a pair have in common. */
struct pair {
    struct page *page; /* this round's; written before they meet, and after */
    uint32_t panics;   /* of this round; atomic */
    uint32_t before;   /* how often one has come to where they meet before they give; atomic */
    uint32_t
        after; /* and after. Two words: who is late at the first sees nothing of what the other did since */
};

static struct pair pairs[CORES / 2];
static uint64_t refused; /* atomic */

/* Goes on when the other has come to this place as well: what each did before that is seen by both. */
static void
meet(uint32_t *come)
{
    uint32_t own = __atomic_add_fetch(come, 1, __ATOMIC_ACQ_REL);
    uint32_t both = (own + 1) / 2 * 2;
    while (__atomic_load_n(come, __ATOMIC_ACQUIRE) < both)
        __builtin_ia32_pause();
}

/* Gives the page back; a panic is counted, and the lock given up that it was met under. */
static void
give(struct pair *pair)
{
    struct ticket_lock *lock = &page_list_of(pair->page->home)->lock;
    jmp_buf caught;
    host_panic_catch = &caught;
    if (setjmp(caught) == 0) {
        page_list_give(pair->page);
    } else {
        __atomic_add_fetch(&pair->panics, 1, __ATOMIC_RELAXED);
        if (ticket_held(lock))
            ticket_unlock(lock);
    }
    host_panic_catch = NULL;
}

static void
body(uint32_t index)
{
    struct pair *pair = &pairs[index / 2];
    for (unsigned round = 0; round < ROUNDS; round++) {
        if (index % 2 == 0) {
            pair->page = page_alloc(index, PAGE_DATA);
            if (pair->page == NULL)
                host_fail("a page was lost");
            __atomic_store_n(&pair->panics, 0, __ATOMIC_RELAXED); /* the other sees it by where they meet */
        }
        meet(&pair->before);
        give(pair);
        meet(&pair->after);
        if (index % 2 == 0) {
            if (__atomic_load_n(&pair->panics, __ATOMIC_RELAXED) != 1)
                host_fail("two cores freed a page: not just one of them has panicked");
            __atomic_add_fetch(&refused, 1, __ATOMIC_RELAXED);
        }
        host_cross();
    }
}

STARTUP(01, pages)
{
    host_pages_make(PAGES, CORES);
}

int
main(void)
{
    host_run(CORES, body);
    if (page_free_count() != PAGES)
        host_fail("a page stands on a list twice, or on none");
    if (refused != ROUNDS * CORES / 2)
        host_fail("hardly anything happened");
    printf("refused %lu\n", refused);
    return 0;
}
