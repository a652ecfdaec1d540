/* Whom a shootdown interrupts. A program runs on core 1; core 0, in the kernel, shows it a page and takes it away. */
#include "core_flush.h"
#include "core_object.h"
#include "core_test.h"
#include "core_work.h"
#include "cores_check.h"
#include "machine.h"

#define SHOWN  0x700000000000ul /* where test_shootdown.c looks */
#define ROUNDS 100

static void
program_begin(void *command)
{
    struct program_end end;
    check_equal(0, program_run(command, &end));
    check_equal(END_HALT, end.reason);
}

/* Starts the command on core 1; its root. */
static struct tree *
program_on_other(char *command)
{
    core_give_work(1, program_begin, command);
    struct tree *root;
    while ((root = tree_on(1)) == NULL || core_running(1) == NULL)
        test_pause();
    share_publish(&root->object); /* this core changes it, too */
    return root;
}

static void
program_halt(void)
{
    core_run_halt(core_running(1));
    test_settle();
}

static struct segment *
segment_of_one_page(void)
{
    struct segment *segment;
    check_equal(0, segment_create(account_root, 0, "shown", &segment));
    object_publish(&segment->object);
    check_equal(0, segment_set_pages(segment, 1));
    return segment;
}

static enum core_state
other_state(void)
{
    return WHERE_STATE(__atomic_load_n(&CORE_AT(1, core_words)->where, __ATOMIC_ACQUIRE));
}

/* Shows the page; returns when a table entry of core 1's root shows it. */
static void
show(struct tree *root, struct segment *segment, bool touch)
{
    check_equal(0, tree_map(root, SHOWN, &segment->object, 0, PAGE_SIZE, PERM_R));
    if (touch)
        check_equal(0, tree_fault(root, SHOWN, ACCESS_READ, false));
    while (!(tree_translate(root, SHOWN) & ENTRY_PRESENT))
        test_pause();
}

/* A core in ring 3 is interrupted, once for each change. Its program waits out the faults, in a handler of its own. */
TEST(shootdown_interrupts_ring3)
{
    struct segment *segment = segment_of_one_page();
    struct tree *root = program_on_other("test_shootdown read");
    uint64_t before = CORE_OWN(core_counts)->interrupted, rounds = 0;
    for (unsigned i = 0; i < ROUNDS; i++) {
        show(root, segment, false);
        while (other_state() != CORE_RING3)
            test_pause();
        check_equal(0, tree_unmap(root, SHOWN, PAGE_SIZE));
        rounds++;
    }
    uint64_t sent = CORE_OWN(core_counts)->interrupted - before;
    check(sent <= rounds);
    check(sent >= rounds / 2); /* now and then it comes into its kernel by itself, just then */
    program_halt();
    object_drop(&segment->object);
}

/* A core that is asleep is left alone: it loads its tables anew when it wakes. */
TEST(shootdown_lets_sleepers_sleep)
{
    struct segment *segment = segment_of_one_page();
    struct tree *root = program_on_other("test_shootdown doze");
    while (other_state() != CORE_ASLEEP)
        test_pause();
    uint64_t before = CORE_OWN(core_counts)->interrupted, asked = CORE_OWN(core_counts)->asked;
    for (unsigned i = 0; i < ROUNDS; i++) {
        show(root, segment, true);
        check_equal(0, tree_unmap(root, SHOWN, PAGE_SIZE));
    }
    check_equal(before, CORE_OWN(core_counts)->interrupted);
    check_equal(asked + ROUNDS, CORE_OWN(core_counts)->asked);
    check_equal(CORE_ASLEEP, other_state());
    program_halt();
    object_drop(&segment->object);
}

static uint64_t in_kernel, release;

static void
stay_in_kernel(__attribute__((unused)) void *argument)
{
    __atomic_store_n(&in_kernel, 1, __ATOMIC_RELEASE);
    while (!__atomic_load_n(&release, __ATOMIC_ACQUIRE))
        cpu_pause();
}

/* A core in its kernel is neither interrupted nor waited for; it makes the flush on its way. */
TEST(shootdown_waits_for_no_kernel)
{
    struct core *other = CORE_AT(1, core_words);
    struct core_set set = {};
    core_set_add(&set, 1);
    core_give_work(1, stay_in_kernel, NULL);
    test_wait_for(&in_kernel, 1);
    uint64_t before = CORE_OWN(core_counts)->interrupted;
    for (unsigned i = 0; i < ROUNDS; i++)
        core_flush(&set);
    check_equal(before, CORE_OWN(core_counts)->interrupted);
    check_equal(ROUNDS, __atomic_load_n(&other->want, __ATOMIC_RELAXED) -
                            __atomic_load_n(&other->done, __ATOMIC_RELAXED));
    __atomic_store_n(&release, 1, __ATOMIC_RELEASE);
    test_settle();
    check_equal(other->want, other->done);
}
