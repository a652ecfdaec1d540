/* Waiting for other cores on Linux.
 *
 * Where each core has its processor, one that waits spins with pause, as on Corey: nobody else wants the processor,
 * and no system call and no wake-up stands between the last one's arrival and the others' going on. Where they have
 * not, it sleeps on a futex, since it would hold up those that it waits for. */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "marker.h"
#include "platform.h"
#include "team.h"

#define LOOKS_A_CHECK  (1u << 16) /* while spinning: looks at the word between two at the other processes */
#define CHECK_INTERVAL 100000000l /* while sleeping, between two of these: nanoseconds */

void
word_wait(unsigned *word, unsigned value)
{
    static const struct timespec interval = {.tv_nsec = CHECK_INTERVAL};
    for (unsigned looks = 1; __atomic_load_n(word, __ATOMIC_ACQUIRE) == value; looks++) {
        if (team->crowded)
            syscall(SYS_futex, word, FUTEX_WAIT, value, &interval, NULL, 0);
        else
            __builtin_ia32_pause();
        if (own_core == 0 && (team->crowded || looks % LOOKS_A_CHECK == 0))
            members_check();
    }
}

void
word_set(unsigned *word, unsigned value)
{
    __atomic_store_n(word, value, __ATOMIC_RELEASE); /* word_wait acquires it */
    if (team->crowded)
        syscall(SYS_futex, word, FUTEX_WAKE, MAX_CORES, NULL, NULL, 0);
}

/* The last to arrive resets the count and then opens the door. */
void
barrier(void)
{
    unsigned turn = __atomic_load_n(&team->turn, __ATOMIC_RELAXED); /* it changes only when we have arrived */
    /* Releases what we wrote, acquires what those before us wrote: the last one has seen it all... */
    if (__atomic_add_fetch(&team->arrived, 1, __ATOMIC_ACQ_REL) == team->count) {
        __atomic_store_n(&team->arrived, 0, __ATOMIC_RELAXED); /* seen by all with the turn */
        word_set(&team->turn, turn + 1);                       /* ...and passes it on to those who wait */
    } else {
        marker(MARKER_WAIT_BEGIN);
        word_wait(&team->turn, turn);
        marker(MARKER_WAIT_END);
    }
}
