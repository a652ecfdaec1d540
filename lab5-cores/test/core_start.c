/* Tests of 5.1: who is up, under which index, and with what of its own. */
#include "core_start.h"

#include "apic.h"
#include "boot_info.h"
#include "console.h"
#include "core.h"
#include "core_arrival.h"
#include "core_test.h"
#include "cores.h"
#include "machine.h"
#include "page.h"
#include "paging.h"
#include "panic.h"
#include "result.h"
#include "startup.h"
#include "string.h"
#include "test.h"
#include "trap.h"

/* How many cores the test's machine has: what the command line asks for. */
static uint32_t
cores_asked(void)
{
    char word[8];
    uint32_t count = 0;
    check(command_value("cores", word, sizeof word) != NULL);
    for (const char *digit = word; *digit != '\0'; digit++)
        count = count * 10 + (uint32_t)(*digit - '0');
    return count;
}

static bool
test_is(const char *name)
{
    char word[40];
    return command_value("test", word, sizeof word) != NULL && strcmp(word, name) == 0;
}

static uint64_t came[CORE_MAX];

static void
come(uint32_t index, void *argument)
{
    check_equal(core_this()->index, index);
    __atomic_add_fetch(&((uint64_t *)argument)[index], 1, __ATOMIC_RELAXED); /* test_on_all orders it */
}

/* All are up, under the indices 0 to N - 1, and each does what it is told. */
static void
check_all_up(void)
{
    check_equal(cores_asked(), core_count);
    test_on_all(come, came);
    for (uint32_t i = 0; i < CORE_MAX; i++)
        check_equal(i < core_count, came[i]);
}

TEST(core_start_all)
{
    check_all_up();
}

TEST(core_start_64)
{
    check_all_up();
}

TEST(core_start_255)
{
    check_all_up();
}

/* --- what each has for itself --------------------------------------------------------------------------------- */

static uint64_t own_stack[CORE_MAX];
static uint32_t own_apic_id[CORE_MAX];

static void
look_at_own(uint32_t index, __attribute__((unused)) void *argument)
{
    const struct core *core = core_this();
    check_equal(CORE_AT(index, core_words), core);
    check_equal(core, core->self);
    check_equal(physical(kernel_root), cr3_read());
    own_apic_id[index] = apic_id();
    check_equal(own_apic_id[index], core->apic_id);

    own_stack[index] = (uint64_t)__builtin_frame_address(0);
    check(stack_holds(own_stack[index], 8));
    check(own_stack[index] < core->kernel_stack);
    check(own_stack[index] > core->kernel_stack - CORE_STACK_PAGES * PAGE_SIZE);
}

TEST(core_start_own_data)
{
    check_equal(cores_asked(), core_count);
    test_on_all(look_at_own, NULL);
    for (uint32_t i = 0; i < core_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            check(own_apic_id[i] != own_apic_id[j]);
            check(CORE_AT(i, core_words) != CORE_AT(j, core_words));
            check(own_stack[i] / PAGE_SIZE != own_stack[j] / PAGE_SIZE);
        }
    }
}

/* What the processor has been told on core 0 it has been told on each. */
static uint64_t control[CORE_MAX][3];

static void
look_at_control(uint32_t index, __attribute__((unused)) void *argument)
{
    __asm__ volatile("mov %%cr0, %0" : "=r"(control[index][0]));
    __asm__ volatile("mov %%cr4, %0" : "=r"(control[index][1]));
    control[index][2] = msr_read(MSR_EFER);
}

TEST(core_start_same_control)
{
    check_equal(cores_asked(), core_count);
    test_on_all(look_at_control, NULL);
    for (uint32_t i = 1; i < core_count; i++)
        for (unsigned j = 0; j < 3; j++)
            check_equal(control[0][j], control[i][j]);
}

/* --- who is missing ------------------------------------------------------------------------------------------- */

/* Two sockets of three cores: their APIC ids leave one out. */
TEST(core_start_sparse_ids)
{
    check_all_up();
    uint32_t most = 0;
    for (uint32_t i = 0; i < core_count; i++)
        most = CORE_AT(i, core_words)->apic_id > most ? CORE_AT(i, core_words)->apic_id : most;
    check(most >= core_count); /* else this machine shows nothing */
}

#define ABSENT_FIRST 200 /* APIC ids that no core of the test's machine has */
#define ABSENT_LAST  201

/* The firmware's list gets one absent core in front and one at the end. */
STARTUP(49, test_absent)
{
    if (!test_is("core_start_absent"))
        return;
    struct madt_cores found = cores_listed;
    cores_listed.count = 0;
    cores_listed.apic_id[cores_listed.count++] = ABSENT_FIRST;
    for (uint32_t i = 0; i < found.count; i++)
        cores_listed.apic_id[cores_listed.count++] = found.apic_id[i];
    cores_listed.apic_id[cores_listed.count++] = ABSENT_LAST;
}

/* One that does not come is left out, without a gap; and when there are as many as were asked for, that is all. */
TEST(core_start_absent)
{
    check_all_up();
    for (uint32_t i = 0; i < core_count; i++)
        check(CORE_AT(i, core_words)->apic_id < ABSENT_FIRST);
    check_equal(ARRIVAL_TOO_LATE, core_arrivals[ABSENT_FIRST].state);
    check_equal(ARRIVAL_NEVER, core_arrivals[ABSENT_LAST].state);
}

STARTUP(48, test_broken_tables)
{
    if (test_is("core_start_broken_tables"))
        boot.rsdp[boot.rsdp_bytes / 2]++;
}

/* A machine whose tables are broken runs on one core. */
TEST(core_start_broken_tables)
{
    check(cores_asked() > 1);
    check_equal(0, cores_listed.count);
    check_equal(1, core_count);
    check_equal(1, core_arrives_within(ABSENT_FIRST, 0)); /* nobody was asked for: nobody is awaited */
}

/* The race that no machine shows on demand, played by hand: either side may be first, and the other then knows. */
TEST(core_start_late_arrival)
{
    struct core_arrival *arrival = &core_arrivals[ABSENT_FIRST];
    check(core_prepare(ABSENT_FIRST));
    struct core *core = arrival->core;
    check_equal(core_count, core->index);
    check(!core_arrives_within(ABSENT_FIRST, 1000));
    arrival->state = ARRIVAL_CAME;
    check(core_arrives_within(ABSENT_FIRST, 0));
    check(!core_give_up(ABSENT_FIRST));
    arrival->state = ARRIVAL_ASKED;
    check(core_give_up(ABSENT_FIRST));
    check_equal(ARRIVAL_TOO_LATE, arrival->state);

    uint64_t free_pages = page_free_count();
    check(core_prepare(ABSENT_LAST)); /* with the memory of the one that did not come */
    check_equal(core, core_arrivals[ABSENT_LAST].core);
    check_equal(ABSENT_LAST, core->apic_id);
    check_equal(free_pages, page_free_count());
    check_equal(ARRIVAL_TOO_LATE, arrival->state);
}

/* --- traps on every core -------------------------------------------------------------------------------------- */

static uint64_t traps[CORE_MAX], nmis;

TRAP_HANDLER(01, test_elsewhere, VECTOR_BREAKPOINT)
{
    if (!test_is("core_start_traps") || trap_from_ring3(frame))
        return false;
    check(stack_holds((uint64_t)frame, sizeof *frame));
    traps[core_index()]++;
    return true;
}

/* On the core's stack for NMIs, which lies apart from that for everything else. */
TRAP_HANDLER(01, test_nmi, VECTOR_NMI)
{
    const struct core *core = core_this();
    check((uint64_t)frame > core->kernel_stack ||
          (uint64_t)frame < core->kernel_stack - CORE_STACK_PAGES * PAGE_SIZE);
    check_equal(core, CORE_AT(core->index, core_words));
    __atomic_add_fetch(&nmis, 1, __ATOMIC_RELEASE); /* partner: test_wait_for */
    return test_is("core_start_traps");
}

static void
trap_here(uint32_t index, __attribute__((unused)) void *argument)
{
    __asm__ volatile("int3");
    check_equal(1, traps[index]);
}

TEST(core_start_traps)
{
    check_equal(cores_asked(), core_count);
    test_on_all(trap_here, NULL);
    for (uint32_t i = 1; i < core_count; i++)
        apic_send(CORE_AT(i, core_words)->apic_id, APIC_NMI);
    test_wait_for(&nmis, core_count - 1);
    test_on_all(come, came); /* none is the worse for it */
}

static void
panic_on_last(uint32_t index, __attribute__((unused)) void *argument)
{
    if (index == core_count - 1)
        panic("on the last core");
    for (;;)
        console_print("core %u does not stop\n", index);
}

/* Ends the machine, with a whole record, whatever the others are at. */
TEST(core_start_panic_elsewhere)
{
    check_equal(cores_asked(), core_count);
    test_on_all(panic_on_last, NULL);
}

static void
fail_all(uint32_t index, __attribute__((unused)) void *argument)
{
    check_equal(CORE_MAX, index); /* all at once: one of them is heard */
}

TEST(core_start_fail_elsewhere)
{
    check_equal(cores_asked(), core_count);
    test_on_all(fail_all, NULL);
}
