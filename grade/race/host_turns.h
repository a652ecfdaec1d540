/* Included before everything else: when a thread lets others go first. A thread that waits gives its processor up,
 * where a core would only pause: there may be fewer processors than threads, and whom it waits for may be waiting for
 * one. And now and then a thread does so right after it has exchanged a word: between that and its next step others
 * come. */
#ifndef COREY_HOST_TURNS_H
#define COREY_HOST_TURNS_H

#include <sched.h>

/* Lets others go first, every so manieth time that this thread calls it. */
void host_overtake(void);

#define __builtin_ia32_pause() ((void)sched_yield())

#define __atomic_exchange_n(pointer, value, order)                                                           \
    __extension__({                                                                                          \
        __typeof__(__atomic_exchange_n(pointer, value, order)) host_seen =                                   \
            __atomic_exchange_n(pointer, value, order);                                                      \
        host_overtake();                                                                                     \
        host_seen;                                                                                           \
    })

#define __atomic_compare_exchange_n(pointer, expected, value, weak, good, bad)                               \
    __extension__({                                                                                          \
        _Bool host_good = __atomic_compare_exchange_n(pointer, expected, value, weak, good, bad);            \
        host_overtake();                                                                                     \
        host_good;                                                                                           \
    })

#endif
