/* Timers of a core: a list by deadline, whose first has the hardware. */
#include "timer.h"

#include "apic.h"
#include "machine.h"
#include "startup.h"
#include "trap.h"

/* The PIT's channel 2, which counts down at a known rate and shows its end in bit 5 of port 0x61: Intel 8254. */
#define PIT_FREQUENCY  1193182ul
#define PIT_CHANNEL2   0x42
#define PIT_COMMAND    0x43
#define PIT_ONE_SHOT   0xb0 /* channel 2, low then high byte, mode 0: output rises at the end */
#define PIT_LATCH      0x80 /* channel 2: keeps its count for the next two reads */
#define PIT_LONGEST    0xffff
#define PORT_B         0x61
#define PORT_B_GATE    0x01
#define PORT_B_SPEAKER 0x02
#define PORT_B_OUTPUT  0x20

#define MEASURED (PIT_FREQUENCY / 100) /* counts: a hundredth of a second */
#define LOOKS    8

uint64_t clock_frequency;

static PER_CORE struct timer *timers;

struct pit_look {
    uint64_t ticks, count; /* at the same instant */
};

/* Of a few looks that with the least time around its latch: a virtual machine may be made to wait at any
 * instruction. */
static struct pit_look
pit_look(void)
{
    struct pit_look best = {0};
    uint64_t least = ~0ul;
    for (unsigned i = 0; i < LOOKS; i++) {
        uint64_t before = clock_ticks();
        port_write8(PIT_COMMAND, PIT_LATCH);
        uint64_t around = clock_ticks() - before, low = port_read8(PIT_CHANNEL2);
        uint64_t count = low | (uint64_t)port_read8(PIT_CHANNEL2) << 8;
        if (around < least) {
            least = around;
            best = (struct pit_look){before + around / 2, count};
        }
    }
    return best;
}

/* Ticks a second; 0: the counter ran out meanwhile. */
static uint64_t
clock_measure(void)
{
    uint8_t port_b = port_read8(PORT_B) & ~(PORT_B_SPEAKER | PORT_B_GATE);
    port_write8(PORT_B, port_b | PORT_B_GATE);
    port_write8(PIT_COMMAND, PIT_ONE_SHOT);
    port_write8(PIT_CHANNEL2, PIT_LONGEST & 0xff);
    port_write8(PIT_CHANNEL2, PIT_LONGEST >> 8);
    struct pit_look first = pit_look(), last;
    do
        last = pit_look();
    while (first.count - last.count < MEASURED);
    bool over = port_read8(PORT_B) & PORT_B_OUTPUT;
    port_write8(PORT_B, port_b);
    return over ? 0 : (last.ticks - first.ticks) * PIT_FREQUENCY / (first.count - last.count);
}

STARTUP(48, timer) /* before other cores are started, which takes a clock */
{
    while (clock_frequency == 0)
        clock_frequency = clock_measure();
    apic_timer_calibrate(clock_frequency / 100);
}

static void
timer_hardware_set(void)
{
    struct timer *first = *CORE_OWN(timers);
    uint64_t now = clock_ticks();
    apic_timer_set(first == NULL ? 0 : first->deadline > now ? first->deadline - now : 1);
}

void
timer_start(struct timer *timer, uint64_t deadline, void (*expire)(struct timer *timer))
{
    struct timer **link = CORE_OWN(timers);
    while (*link != NULL && (*link)->deadline <= deadline)
        link = &(*link)->next;
    timer->deadline = deadline;
    timer->expire = expire;
    timer->next = *link;
    *link = timer;
    timer_hardware_set();
}

bool
timer_cancel(struct timer *timer)
{
    for (struct timer **link = CORE_OWN(timers); *link != NULL; link = &(*link)->next) {
        if (*link == timer) {
            *link = timer->next;
            timer_hardware_set();
            return true;
        }
    }
    return false;
}

void
timer_run_due(void)
{
    struct timer **first = CORE_OWN(timers);
    while (*first != NULL && (*first)->deadline <= clock_ticks()) {
        struct timer *timer = *first;
        *first = timer->next;
        timer->expire(timer);
    }
    timer_hardware_set();
}

TRAP_HANDLER(50, timer, VECTOR_TIMER)
{
    (void)frame;
    apic_acknowledge();
    /* Relaxed: the core's own order, read by itself on its way out. */
    __atomic_fetch_or(&core_this()->orders, ORDER_TICK, __ATOMIC_RELAXED);
    return true;
}

TRAP_HANDLER(50, spurious, VECTOR_SPURIOUS)
{
    (void)frame;
    return true;
}

ORDER_HANDLER(20, timer, ORDER_TICK)
{
    (void)orders;
    timer_run_due();
}
