/* test_sleep deadline|latch|pong: sleeping and waking. */
#include "child.h"

#define TURNS 5000

static struct child child;
static uint64_t word, turn;

/* Not before the time, and not for ever. */
static void
test_deadline(void)
{
    uint64_t millisecond = boot_page->ticks_per_second / 1000;
    check_equal(0, core_sleep(0));
    for (unsigned i = 0; i < 10; i++) {
        uint64_t deadline = (uint64_t)clock_now() + 2 * millisecond;
        check_equal(0, core_sleep(deadline));
        check((uint64_t)clock_now() >= deadline);
    }
}

/* A wake that comes before the sleep ends it, once. */
static void
test_latch(void)
{
    check_equal(0, core_wake(boot_page->core));
    check_equal(0, core_wake(boot_page->core)); /* two are one */
    check_equal(1, core_sleep(FOR_EVER));
    check_equal(0, core_sleep((uint64_t)clock_now() + 1000));

    check_equal(E_NOENT, core_wake(HANDLE(7, 1)));
    check_equal(E_TYPE, core_wake(OWN_SHARE));
    struct call_result share = share_alloc_pair(OWN_SHARE, "fewer", MEMORY_HERE, 0);
    check_equal(0, share_addobj(HANDLE(share.second, 0), boot_page->core, RIGHT_R));
    check_equal(E_PERM, core_wake(HANDLE(share.second, handle_id(boot_page->core))));
    check_equal(0, self_drop(HANDLE(share.second, 0)));
    check_equal(0, share_delobj((uint64_t)share.value));
}

/* Takes the odd turns: sleeps until it is its turn, takes it, and wakes the other. A wake that is lost leaves both
 * asleep for ever. */
static void
pong_body(uint64_t parent)
{
    word_set(&word, 1);
    for (uint64_t next = 1; next < 2 * TURNS; next += 2) {
        while (word_get(&turn) != next)
            core_sleep(FOR_EVER);
        word_set(&turn, next + 1);
        check_equal(0, core_wake(parent));
    }
    core_exit(0);
}

static void
test_pong(void)
{
    child_prepare(&child, 0, pong_body);
    check_equal(0, share_addobj(child.share, boot_page->core, RIGHT_W));
    child.context.argument[0] = HANDLE(1, handle_id(boot_page->core));
    check_equal(0, core_run(child.core, &child.context));
    word_wait(&word, 1);
    for (uint64_t next = 0; next < 2 * TURNS; next += 2) {
        while (word_get(&turn) != next)
            core_sleep(FOR_EVER);
        word_set(&turn, next + 1);
        check_equal(0, core_wake(child.core));
    }
    check_equal(END_EXIT, child_wait(&child).reason);
    check_equal(2 * TURNS, word_get(&turn));
    child_release(&child);
}

int
main(int argc, char **argv)
{
    check_equal(2, argc);
    switch (argv[1][0]) {
    case 'd':
        test_deadline();
        return 0;
    case 'l':
        test_latch();
        return 0;
    case 'p':
        test_pong();
        return 0;
    }
    return 1;
}
