/* core_sleep and core_wake. */
#include "core_sleep.h"

#include "call.h"
#include "calls5.h"
#include "core_object.h"
#include "core_work.h"
#include "machine.h"
#include "timer.h"

#define NO_DEADLINE (~0ul)

static PER_CORE struct {
    bool woken;  /* the mark */
    bool over;   /* the time has come */
    bool sleeps; /* the program is in core_sleep */
    struct timer timer;
} own_sleep;

void
core_wake_forget(void)
{
    CORE_OWN(own_sleep)->woken = false;
}

bool
core_sleeps(uint32_t index)
{
    return CORE_AT(index, own_sleep)->sleeps;
}

void
core_sleep_over(void)
{
    timer_cancel(&CORE_OWN(own_sleep)->timer); /* an idle one stays as it is */
    CORE_OWN(own_sleep)->sleeps = false;
    tree_return();
}

ORDER_HANDLER(20, wake, ORDER_WAKE)
{
    (void)orders;
    CORE_OWN(own_sleep)->woken = true;
}

static void
sleep_expire(struct timer *timer)
{
    (void)timer; /* a timer expires on the core that started it */
    CORE_OWN(own_sleep)->over = true;
}

CALL_HANDLER(core_sleep, deadline)
{
    __typeof__(own_sleep) *own = CORE_OWN(own_sleep);
    own->over = deadline <= clock_ticks();
    if (!own->woken && !own->over) {
        if (deadline != NO_DEADLINE)
            timer_start(&own->timer, deadline, sleep_expire);
        tree_leave_for_sleep();
        own->sleeps = true;
        while (!own->woken && !own->over) {
            core_rest_watchfully();
            core_obey(); /* does not return when the program is halted */
        }
        core_sleep_over();
    }
    bool woken = own->woken;
    own->woken = false;
    return call_value(woken);
}

CALL_HANDLER(core_wake, handle)
{
    struct share_found found = share_find_typed(handle, OBJECT_CORE, RIGHT_W);
    if (found.object == NULL)
        return call_value(found.rights);
    struct core_object *core = CONTAINER_OF(found.object, struct core_object, object);
    queue_lock(&core->object.lock);
    bool runs = core->condition == CORE_RUNNING;
    queue_unlock(&core->object.lock);
    if (runs)
        core_order(core->index, ORDER_WAKE);
    return call_value(0);
}
