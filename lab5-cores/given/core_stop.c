/* Stopping the machine. */
#include "core_stop.h"

#include "lock.h"
#include "machine.h"

static struct ticket_lock stop_lock; /* guards: the right to stop the others */
static bool stopping;                /* atomic */
static uint32_t standing;            /* cores that stand still; atomic */

/* Stands still for as long as another core wants it. */
static void
stand(void)
{
    /* Acquire, both times: what who stops the machine did before is seen (partners: the releases below). */
    if (!__atomic_load_n(&stopping, __ATOMIC_ACQUIRE))
        return; /* an order of a stop that is over */
    /* Release: all that this core did before it stopped is seen by who stops it (partner: core_stop_others). */
    __atomic_add_fetch(&standing, 1, __ATOMIC_ACQ_REL);
    while (__atomic_load_n(&stopping, __ATOMIC_ACQUIRE)) {
        core_pass(); /* an order to halt is carried out when we go on */
        cpu_pause();
    }
    __atomic_sub_fetch(&standing, 1, __ATOMIC_RELEASE);
}

ORDER_HANDLER(80, stop, ORDER_STOP)
{
    (void)orders;
    stand();
}

static void
wait_for_standing(uint32_t count)
{
    while (__atomic_load_n(&standing, __ATOMIC_ACQUIRE) != count) {
        core_pass();
        cpu_pause();
    }
}

void
core_stop_others(void)
{
    while (!ticket_trylock(&stop_lock)) {
        core_pass();
        stand(); /* and not core_obey: a halt would leave our caller's work half done */
        cpu_pause();
    }
    wait_for_standing(0); /* those of the last stop have gone */
    __atomic_store_n(&stopping, true, __ATOMIC_RELEASE);
    for (uint32_t i = 0; i < core_count; i++)
        if (i != core_index())
            core_order(i, ORDER_STOP);
    wait_for_standing(core_count - 1);
}

void
core_go_on(void)
{
    __atomic_store_n(&stopping, false, __ATOMIC_RELEASE);
    ticket_unlock(&stop_lock);
}
