/* The local APIC: registers in device memory, 16 bytes apart (SDM vol. 3A, table 11-1). */
#include "apic.h"

#include "core.h"
#include "machine.h"
#include "madt.h"
#include "paging.h"
#include "panic.h"
#include "startup.h"
#include "trap.h"

#define APIC_ADDRESS 0xfee00000ul
#define APIC_BYTES   PAGE_SIZE
#define APIC_ENABLED (1u << 11) /* in MSR_APIC_BASE */

enum apic_register {
    APIC_ID = 0x020,
    APIC_PRIORITY = 0x080,
    APIC_END = 0x0b0,
    APIC_SPURIOUS = 0x0f0,
    APIC_COMMAND = 0x300,
    APIC_TARGET = 0x310,
    APIC_TIMER = 0x320,
    APIC_LINT0 = 0x350,
    APIC_LINT1 = 0x360,
    APIC_TIMER_INITIAL = 0x380,
    APIC_TIMER_CURRENT = 0x390,
    APIC_TIMER_DIVIDE = 0x3e0,
};

#define SPURIOUS_ENABLE (1u << 8)
#define ENTRY_MASKED    (1u << 16)
#define ENTRY_NMI       (4u << 8)
#define DIVIDE_BY_16    3u
#define COMMAND_PENDING (1u << 12) /* the last message is still on its way */

static char *registers;
static uint64_t counts, of_ticks; /* the timer counts `counts` in `of_ticks` */

static uint32_t
apic_read(enum apic_register where)
{
    return *(volatile uint32_t *)(registers + where);
}

static void
apic_write(enum apic_register where, uint32_t value)
{
    *(volatile uint32_t *)(registers + where) = value;
}

EACH_CORE(50, apic)
{
    msr_write(MSR_APIC_BASE, msr_read(MSR_APIC_BASE) | APIC_ENABLED);
    if (registers == NULL) /* on core 0; every core finds its own controller at this address */
        registers = device_map(APIC_ADDRESS, APIC_BYTES);
    core_this()->apic_id = apic_id();
    apic_write(APIC_PRIORITY, 0);
    apic_write(APIC_LINT0, ENTRY_MASKED);
    apic_write(APIC_LINT1, ENTRY_NMI);
    apic_write(APIC_TIMER_DIVIDE, DIVIDE_BY_16);
    apic_write(APIC_TIMER, VECTOR_TIMER);
    apic_write(APIC_SPURIOUS, SPURIOUS_ENABLE | VECTOR_SPURIOUS);
}

void
apic_acknowledge(void)
{
    apic_write(APIC_END, 0);
}

void
apic_timer_set(uint64_t ticks)
{
    if (ticks == 0) {
        apic_write(APIC_TIMER_INITIAL, 0);
        return;
    }
    /* Cut before multiplying: the counter has 32 bits, and reaches that far in any case. */
    uint64_t most = (uint64_t)UINT32_MAX * of_ticks / counts;
    uint64_t count = minimum(ticks, most) * counts / of_ticks;
    apic_write(APIC_TIMER_INITIAL, maximum(count, 1));
}

void
apic_timer_calibrate(uint64_t ticks)
{
    uint64_t start = clock_ticks();
    apic_write(APIC_TIMER, ENTRY_MASKED | VECTOR_TIMER);
    apic_write(APIC_TIMER_INITIAL, UINT32_MAX);
    while (clock_ticks() - start < ticks)
        cpu_pause();
    counts = maximum(UINT32_MAX - apic_read(APIC_TIMER_CURRENT), 1);
    of_ticks = clock_ticks() - start;
    apic_write(APIC_TIMER_INITIAL, 0);
    apic_write(APIC_TIMER, VECTOR_TIMER);
}

void
apic_send(uint32_t id, uint32_t message)
{
    assert(id <= APIC_ID_MOST);
    apic_write(APIC_TARGET, id << 24);
    apic_write(APIC_COMMAND, message); /* this write sends it */
    while (apic_read(APIC_COMMAND) & COMMAND_PENDING)
        cpu_pause();
}

uint32_t
apic_id(void)
{
    return apic_read(APIC_ID) >> 24;
}
