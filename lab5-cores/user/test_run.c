/* test_run start|rules|halt|late|mutual|claim|revoke: programs on other cores, started, watched and halted. */
#include "child.h"

#define ROUNDS 200

static struct child child, other;
static uint64_t word, second_word;
static char data_page[4096] __attribute__((aligned(4096)));

/* --- start --------------------------------------------------------------------------------------------------- */

static void
start_body(uint64_t argument)
{
    struct share_status status;
    check_equal(17, argument);
    check_equal(1, word_get(&word)); /* what the parent wrote before */
    check_equal(sizeof(status), share_stat(HANDLE(1, 0), &status, sizeof(status)));
    check_equal(handle_id(child.share), status.id);
    check_equal(E_NOENT, share_stat(HANDLE(2, 0), &status, sizeof(status)));
    check_equal(E_PERM, segment_alloc(HANDLE(1, 0), "no W", MEMORY_HERE)); /* rights: those given */
    check_equal(E_NOENT, core_current());                                  /* no share of ours has it */
    word_set(&word, 2);
    word_wait(&word, 3);
    core_exit(42);
}

static void
test_start(void)
{
    child_prepare(&child, 0, start_body);
    child.context.argument[0] = 17;
    child.context.share[0].rights = RIGHT_R | RIGHT_X;
    check_equal(CORE_FREE, child_status(&child).condition);
    uint64_t run = child_status(&child).run;
    word_set(&word, 1);
    check_equal(0, core_run(child.core, &child.context));
    word_wait(&word, 2);
    struct core_status status = child_status(&child);
    check_equal(CORE_RUNNING, status.condition);
    check_equal(run + 1, status.run);
    check(status.index != 0);
    check_equal(0, status.reason);
    word_set(&word, 3);
    status = child_wait(&child);
    check_equal(END_EXIT, status.reason);
    check_equal(42, status.status);
    child_release(&child);
}

/* --- rules --------------------------------------------------------------------------------------------------- */

static void
forever_body(uint64_t argument)
{
    word_set(&word, argument);
    for (;;)
        __builtin_ia32_pause();
}

static void
check_refused(int64_t error, const struct core_context *context)
{
    check_equal(error, core_run(child.core, context));
    check_equal(CORE_FREE, child_status(&child).condition);
}

/* Every wrong context is refused, and nothing of it stays. */
static void
test_rules(void)
{
    child_prepare(&child, 0, forever_body);
    struct core_context bad = child.context;
    bad.size = 8;
    check_refused(E_INVAL, &bad);
    bad = child.context, bad.flags = 1;
    check_refused(E_INVAL, &bad);
    bad = child.context, bad.entry = 1ul << 47;
    check_refused(E_INVAL, &bad);
    bad = child.context, bad.stack = ~0ul;
    check_refused(E_INVAL, &bad);
    bad = child.context, bad.shares = CORE_SHARES_MOST + 1;
    check_refused(E_INVAL, &bad);
    bad = child.context, bad.share[0].rights = RIGHT_ALL + 1;
    check_refused(E_INVAL, &bad);
    bad = child.context, bad.shares = 2, bad.share[1].share = child.root;
    check_refused(E_TYPE, &bad);
    bad = child.context, bad.share[0].share = HANDLE(9, 0);
    check_refused(E_NOENT, &bad);
    bad = child.context, bad.root = child.share;
    check_refused(E_TYPE, &bad);
    bad = child.context, bad.root = boot_page->root; /* which runs here */
    check_refused(E_BUSY, &bad);
    bad = child.context, bad.trap_area = 0x1000;
    check_refused(E_FAULT, &bad);
    bad.trap_area = (uint64_t)data_page + 8;
    check_refused(E_INVAL, &bad);
    check_refused(E_FAULT, (struct core_context *)0x1000);
    check_equal(E_TYPE, core_run(child.root, &child.context));
    check_equal(E_BUSY, core_run(boot_page->core, &child.context)); /* it runs us */
    int64_t inner = at_alloc(OWN_SHARE, TREE_INNER, "inner", MEMORY_HERE);
    bad = child.context, bad.root = (uint64_t)inner;
    check_refused(E_INVAL, &bad);
    check_equal(0, share_delobj((uint64_t)inner));

    /* Running: neither this core nor this root can be had once more. */
    child.context.argument[0] = 1;
    check_equal(0, core_run(child.core, &child.context));
    word_wait(&word, 1);
    check_equal(E_BUSY, core_run(child.core, &child.context));
    int64_t free_core = core_alloc(OWN_SHARE, "free", MEMORY_HERE);
    if (boot_page->cores > 2) {
        check(free_core > 0);
        check_equal(E_BUSY, core_run((uint64_t)free_core, &child.context));
        check_equal(0, share_delobj((uint64_t)free_core));
    } else {
        check_equal(E_BUSY, free_core);
    }
    check_equal(0, core_halt(child.core));
    check_equal(END_HALT, child_wait(&child).reason);
    child_release(&child);
}

/* --- halt ---------------------------------------------------------------------------------------------------- */

static void
sleep_body(uint64_t argument)
{
    word_set(&word, argument);
    for (;;)
        core_sleep(FOR_EVER);
}

/* One call after another, each with many pages to free. */
static void
busy_body(uint64_t argument)
{
    int64_t segment = segment_alloc(HANDLE(1, 0), "busy", MEMORY_HERE);
    check(segment > 0);
    word_set(&word, argument);
    for (;;) {
        segment_set_nbytes((uint64_t)segment, 1ul << 30);
        segment_set_nbytes((uint64_t)segment, 0);
    }
}

static void
halt_one(void (*body)(uint64_t), uint64_t value, bool wait)
{
    child.context.entry = (uint64_t)body;
    child.context.argument[0] = value;
    check_equal(0, core_run(child.core, &child.context));
    if (wait)
        word_wait(&word, value);
    check_equal(0, core_halt(child.core));
    struct core_status status = child_wait(&child);
    check_equal(END_HALT, status.reason);
    check_equal(0, core_halt(child.core)); /* of what is over already */
}

/* In ring 3, asleep, in a call, before its first instruction; again and again on the same core and root. */
static void
test_halt(void)
{
    child_prepare(&child, 0, forever_body);
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        halt_one(forever_body, 4 * round, true);
        halt_one(sleep_body, 4 * round + 1, true);
        halt_one(busy_body, 4 * round + 2, true);
        halt_one(forever_body, 0, false);
    }
    child_release(&child);
}

/* --- late ---------------------------------------------------------------------------------------------------- */

static void
exit_body(uint64_t argument)
{
    word_set(&word, argument);
    core_exit((int64_t)argument);
}

/* The other child halts the first one all the time: an order that was meant for one run must not end the next, once the
 * parent has seen that no halt is under way. */
static void
halter_body(uint64_t core)
{
    while (word_get(&second_word) == 0) {
        core_halt(core);
        __builtin_ia32_pause();
    }
    core_exit(0);
}

static void
test_late(void)
{
    child_prepare(&child, 0, exit_body);
    child_prepare(&other, 1, halter_body);
    check_equal(0, share_addobj(other.share, child.core, RIGHT_ALL));
    other.context.argument[0] = HANDLE(1, handle_id(child.core));
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        word_set(&second_word, 0);
        check_equal(0, core_run(other.core, &other.context));
        for (unsigned i = 0; i < 5; i++) {
            child.context.argument[0] = 0;
            check_equal(0, core_run(child.core, &child.context));
            struct core_status status = child_wait(&child);
            check(status.reason == END_HALT || status.reason == END_EXIT);
        }
        word_set(&second_word, 1);
        check_equal(END_EXIT, child_wait(&other).reason);
        child.context.argument[0] = round;
        check_equal(0, core_run(child.core, &child.context));
        struct core_status status = child_wait(&child);
        check_equal(END_EXIT, status.reason);
        check_equal(round, status.status);
    }
    child_release(&child);
    child_release(&other);
}

/* --- mutual -------------------------------------------------------------------------------------------------- */

static void
mutual_body(uint64_t core)
{
    __atomic_add_fetch(&word, 1, __ATOMIC_ACQ_REL);
    word_wait(&word, 2);
    for (;;) {
        core_halt(core);
        __builtin_ia32_pause();
    }
}

/* Two cores that halt each other: neither waits for the other. One of them may be over before it has come to its call;
 * then the parent ends the survivor. */
static void
test_mutual(void)
{
    child_prepare(&child, 0, mutual_body);
    child_prepare(&other, 1, mutual_body);
    check_equal(0, share_addobj(child.share, other.core, RIGHT_ALL));
    check_equal(0, share_addobj(other.share, child.core, RIGHT_ALL));
    child.context.argument[0] = HANDLE(1, handle_id(other.core));
    other.context.argument[0] = HANDLE(1, handle_id(child.core));
    for (unsigned round = 0; round < ROUNDS; round++) {
        word_set(&word, 0);
        check_equal(0, core_run(child.core, &child.context));
        check_equal(0, core_run(other.core, &other.context));
        while (child_status(&child).condition != CORE_HALTED && child_status(&other).condition != CORE_HALTED)
            core_sleep(FOR_EVER);
        core_halt(child.core);
        core_halt(other.core);
        check_equal(END_HALT, child_wait(&child).reason);
        check_equal(END_HALT, child_wait(&other).reason);
    }
    child_release(&child);
    child_release(&other);
}

/* --- claim --------------------------------------------------------------------------------------------------- */

/* Each core is had once; a core that is given up comes back, and so does one whose program outlives its name. */
static void
test_claim(void)
{
    static uint64_t core[512];
    uint64_t count = boot_page->cores;
    check_equal(E_BUSY, core_alloc(OWN_SHARE, "mine", 0)); /* it runs us */
    check_equal(E_INVAL, core_alloc(OWN_SHARE, "none", count));
    for (uint64_t i = 1; i < count; i++) {
        core[i] = (uint64_t)core_alloc(OWN_SHARE, "one", count - i);
        check((int64_t)core[i] > 0);
        struct core_status status;
        check_equal(sizeof(status), core_stat(core[i], &status, sizeof(status)));
        check_equal(count - i, status.index);
    }
    check_equal(E_BUSY, core_alloc(OWN_SHARE, "more", MEMORY_HERE));
    for (uint64_t i = 1; i < count; i++)
        check_equal(0, share_delobj(core[i]));

    child_prepare(&child, 0, exit_body);
    child.context.argument[0] = 5;
    word_set(&word, 0);
    check_equal(0, core_run(child.core, &child.context));
    child_release(&child); /* all names gone while it runs, or after it */
    word_wait(&word, 5);
    for (uint64_t i = 1; i < count; i++) {
        int64_t again_mine;
        while ((again_mine = core_alloc(OWN_SHARE, "one", i)) == E_BUSY || again_mine == E_AGAIN)
            ;
        check(again_mine > 0);
        check_equal(0, share_delobj((uint64_t)again_mine));
    }
}

/* --- revoke -------------------------------------------------------------------------------------------------- */

/* Whoever gave an account takes back the cores that are charged to it, by whatever name they go. */
static void
test_revoke(void)
{
    struct call_result account = share_alloc_pair(OWN_SHARE, "account", MEMORY_HERE, 512);
    check(account.value > 0);
    check_equal(E_INVAL, core_halt(OWN_SHARE)); /* the machine's account is not ours */
    child_prepare(&child, 0, forever_body);
    check_equal(0, share_delobj(child.core));
    child.core = (uint64_t)again(core_alloc(HANDLE(account.second, 0), "charged", MEMORY_HERE));
    check((int64_t)child.core > 0);
    child.context.argument[0] = 1;
    check_equal(0, core_run(child.core, &child.context));
    word_wait(&word, 1);
    check_equal(0, core_halt((uint64_t)account.value));
    check_equal(END_HALT, child_wait(&child).reason);
    child_release(&child);
    check_equal(0, self_drop(HANDLE(account.second, 0)));
    check_equal(0, share_delobj((uint64_t)account.value));
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {{"start", test_start},   {"rules", test_rules}, {"halt", test_halt},    {"late", test_late},
                 {"mutual", test_mutual}, {"claim", test_claim}, {"revoke", test_revoke}};
    check_equal(2, argc);
    for (unsigned i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
        if (argv[1][0] == tests[i].name[0] && argv[1][1] == tests[i].name[1] &&
            argv[1][2] == tests[i].name[2]) {
            tests[i].run();
            return 0;
        }
    return 1;
}
