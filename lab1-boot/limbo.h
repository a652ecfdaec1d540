/* Limbo: where memory waits that another core could still be looking at.
 *
 * Lookups take no lock. So what has been unlinked (a share's entry and its object, a mapping, a page, a table) may
 * be in use by a core that found it a moment ago. It is freed after a grace period:
 *
 *     unlink ... full fence ... note where the cores are ... each one that was in its kernel has crossed ... free
 *
 * A core keeps nothing across a crossing, so after it nobody can hold the thing. A core in ring 3 or asleep holds
 * nothing to begin with.
 *
 * The processor, too, can hold something: its walker writes accessed bits into page tables that it reaches through
 * entries it has cached, and it may do so while its core is in the kernel, or on the way out with `where` at ring 3
 * already. So a flush that was asked for when the note was taken must have been made as well (`done`), unless the core
 * is asleep: then it has left the tables of ring 3, and it will load them anew.
 *
 * Items wait on the list of the core that gave them up, in two batches: `fresh` collects,
 * `noted` has its grace period running.
 *
 * Where the others are stands on lines that they write at every entry and exit. So each look takes such a line from its
 * core, which has to fetch it back: where every exit looked, cores that have nothing to do with each other would wait
 * for each other. An exit therefore looks only once in so many (limbo_turn_seldom), the more seldom the more cores
 * there are. */
#ifndef COREY_LIMBO_H
#define COREY_LIMBO_H

#include "core.h"

/* A grace period: where all cores were when it began, and so many of them, from the first on, that have been seen to be
 * past that. */
struct grace {
    uint32_t past;
    struct {
        uint64_t where, want;
    } note[CORE_MAX];
};

/* It begins: nobody can find any more what was unlinked before. */
void grace_begin(struct grace *grace);

/* Whether nobody holds that any more, either. Looks again only at the first core that was not past it: a core that
 * waits watches one other, and not all. */
bool grace_is_over(struct grace *grace);

struct limbo_item {
    struct limbo_item *next;
    void (*release)(struct limbo_item *item); /* frees it; may put further items into limbo */
};

/* The item is unlinked: nobody can find it any more, though others may still hold it. Its memory must stay valid
 * until `release` is called, on some core, with no locks held. Call from a core in its kernel; locks may be held. */
void limbo_put(struct limbo_item *item, void (*release)(struct limbo_item *));

/* Moves this core's limbo on: frees the noted batch if its grace period is over, and notes the fresh one. For who is
 * about to sleep, or waits for what is in limbo; no locks held. Returns how many items were freed. */
size_t limbo_turn(void);

/* The same, at an exit from the kernel: but only where many items wait, or where something has waited for as many
 * exits as make the looks at other cores no more than one in LIMBO_EXITS. A core that is alone turns at every exit.
 * No locks held. */
void limbo_turn_seldom(void);

/* The same for the lists of all cores: for a core out of memory and for the books. No locks held. */
size_t limbo_turn_all(void);

/* The core on whose list the item lay: for `release`. */
uint32_t limbo_turning(void);

/* Whether nothing waits on this core's list: it may sleep for as long as it likes. */
bool limbo_is_empty(void);

/* Items on all lists that have not been freed yet. */
size_t limbo_waiting(void);

#endif
