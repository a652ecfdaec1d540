/* The queue lock. Rules and picture: queue_lock.h. */
#include "queue_lock.h"

#include "core.h"
#include "machine.h"
#include "panic.h"

/* A core that waits. Numbers are those of cores: index + 1; 0: none. */
struct waiter {
    _Alignas(CACHE_LINE) uint32_t next; /* who comes next; 0: nobody has said so yet; atomic (W3) */
    uint32_t first;                     /* 0: it is not first yet; atomic */
    uint32_t turns;                     /* of the first: that its cluster has had in a row */
    uint32_t far_first, far_last; /* of the first: the groups passed over, each by its own first waiter */
    uint32_t group_last;          /* of a group's first: its last */
    uint32_t group_next;          /* and the group that was passed over after it */
};
static PER_CORE struct waiter waiter;

static struct waiter *
waiter_of(uint32_t number)
{
    return CORE_AT(number - 1, waiter);
}

static bool
is_near(uint32_t one, uint32_t other)
{
    return core_cluster[one - 1] == core_cluster[other - 1];
}

/* Both halves of a lock's word. */
static uint32_t
word_of(uint32_t holder, uint32_t tail)
{
    return (union queue_lock){.holder = (uint16_t)holder, .tail = (uint16_t)tail}.word;
}

/* Acquire: the line of who comes next is made before we read it, or write into it (partner: the release in
 * queue_join). */
static uint32_t
next_of(const struct waiter *waiter)
{
    return __atomic_load_n(&waiter->next, __ATOMIC_ACQUIRE);
}

/* Puts this core at the end of the queue, and waits until it is first. */
static void
queue_join(union queue_lock *lock, uint32_t self, struct waiter *own)
{
    own->first = own->turns = own->far_first = 0; /* nobody sees it yet */
    __atomic_store_n(&own->next, 0, __ATOMIC_RELAXED);
    /* Release: who finds us finds our line made. Acquire: the line of who was last is made (partner: this exchange). */
    uint32_t before = __atomic_exchange_n(&lock->tail, (uint16_t)self, __ATOMIC_ACQ_REL);
    if (before == 0)
        return;
    __atomic_store_n(&waiter_of(before)->next, self, __ATOMIC_RELEASE); /* partner: next_of */
    while (__atomic_load_n(&own->first, __ATOMIC_ACQUIRE) == 0) /* partner: the release in queue_advance */
        cpu_pause();
}

/* Puts a waiter at the end of the group of its cluster, among those that the first has passed over. */
static void
queue_add_far(struct waiter *own, uint32_t far)
{
    uint32_t group = own->far_first;
    while (group != 0 && !is_near(group, far))
        group = waiter_of(group)->group_next;
    if (group != 0) {
        __atomic_store_n(&waiter_of(waiter_of(group)->group_last)->next, far, __ATOMIC_RELAXED);
    } else {
        if (own->far_first == 0)
            own->far_first = far;
        else
            waiter_of(own->far_last)->group_next = far;
        own->far_last = group = far;
        waiter_of(group)->group_next = 0;
    }
    waiter_of(group)->group_last = far;
}

/* The first of the queue passes over those behind it who are not near, up to one who is. The last one that it knows of
 * stays: others may be about to come behind that. */
static void
queue_pass_over(uint32_t self, struct waiter *own)
{
    uint32_t next, after;
    while ((next = next_of(own)) != 0 && !is_near(self, next) && (after = next_of(waiter_of(next))) != 0) {
        queue_add_far(own, next);
        __atomic_store_n(&own->next, after, __ATOMIC_RELAXED);
    }
}

/* The group that was passed over first, if it is next: where nobody near is, or they have had their turns; else 0. */
static uint32_t
queue_take_far(uint32_t self, struct waiter *own)
{
    uint32_t group = own->far_first, next = next_of(own);
    if (group == 0 || (own->turns < QUEUE_NEAR && next != 0 && is_near(self, next)))
        return 0;
    own->far_first = waiter_of(group)->group_next;
    __atomic_store_n(&waiter_of(waiter_of(group)->group_last)->next, 0, __ATOMIC_RELAXED);
    return group;
}

/* The first of the queue, to whom alone the lock is free (W2), takes it and gives its place to the one who follows. */
static void
queue_advance(union queue_lock *lock, uint32_t self, struct waiter *own)
{
    uint32_t heir = queue_take_far(self, own), last = heir == 0 ? 0 : waiter_of(heir)->group_last;
    uint32_t alone = word_of(0, self);
    /* Release: the lines of the group, which is then the whole queue, are made before others find it. */
    if (next_of(own) != 0 || !__atomic_compare_exchange_n(&lock->word, &alone, word_of(self, last), false,
                                                          __ATOMIC_RELEASE, __ATOMIC_RELAXED)) {
        __atomic_store_n(&lock->holder, (uint16_t)self, __ATOMIC_RELAXED);
        uint32_t next;
        while ((next = next_of(own)) == 0) /* it has come, and is about to say so */
            cpu_pause();
        if (heir == 0)
            heir = next;
        else
            __atomic_store_n(&waiter_of(last)->next, next, __ATOMIC_RELAXED); /* ordered by `first` */
    }
    if (heir == 0)
        return;
    struct waiter *after = waiter_of(heir);
    after->turns = is_near(self, heir) ? own->turns + 1 : 0;
    after->far_first = own->far_first;
    after->far_last = own->far_last;
    /* Release: who is first sees that we hold the lock, and its line as it must be (partner: queue_join). */
    __atomic_store_n(&after->first, 1, __ATOMIC_RELEASE);
}

/* Only the holder writes its own number, and another core's never equals ours: no order is needed to know whether it is
 * we. */
bool
queue_held(const union queue_lock *lock)
{
    return __atomic_load_n(&lock->holder, __ATOMIC_RELAXED) == core_index() + 1;
}

/* Another core has it. Apart from queue_lock, which then need not save registers for this. */
__attribute__((noinline)) static void
queue_wait(union queue_lock *lock, uint32_t self)
{
    struct waiter *own = waiter_of(self);
    queue_join(lock, self, own);
    queue_pass_over(self, own);                                   /* while another core is in */
    while (__atomic_load_n(&lock->holder, __ATOMIC_ACQUIRE) != 0) /* partner: the release in queue_unlock */
        cpu_pause();
    queue_advance(lock, self, own);
}

void
queue_lock(union queue_lock *lock)
{
    uint32_t self = core_index() + 1, free = 0;
    if (queue_held(lock))
        panic("lock %p: this core holds it already", (void *)lock);
    /* Acquire: all that the last holder did (partner: the release in queue_unlock). */
    if (!__atomic_compare_exchange_n(&lock->word, &free, word_of(self, 0), false, __ATOMIC_ACQUIRE,
                                     __ATOMIC_RELAXED))
        queue_wait(lock, self);
}

void
queue_unlock(union queue_lock *lock)
{
    if (!queue_held(lock))
        panic("lock %p: held by core %d, not by this one", (void *)lock, lock->holder - 1);
    /* Release: nothing of the critical section moves down past it (partners: the acquires in queue_lock). */
    __atomic_store_n(&lock->holder, 0, __ATOMIC_RELEASE);
}
