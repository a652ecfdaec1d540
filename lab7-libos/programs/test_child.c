/* test_child own | shares | wait | busy | back | leave | grandchild: what the child of cfork has, how it ends, and
 * what is left of it (exercise 7.1); test/cfork.c runs it. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fork_test.h"
#include "thread_block.h"

#define FOR_EVER    (~0ul)
#define BACK_ROUNDS 300

__attribute__((noreturn)) static void
sleep_for_ever(void)
{
    word_set(0, 1);
    for (;;)
        core_sleep(FOR_EVER);
}

__attribute__((noreturn)) static void
call_for_ever(void)
{
    word_set(0, 1);
    for (;;)
        debug_write(0, "", 0);
}

/* Starts a child that does this; returns its status. A child that ends by being halted is halted once it says so. */
static int
status_after(void (*act)(void), bool halt)
{
    int status;
    word_set(0, 0);
    int64_t core = fork_good();
    if (core == 0) {
        act();
        exit(77);
    }
    if (halt) {
        word_wait(0, 1);
        check_equal(0, core_halt((uint64_t)core));
    }
    check_equal(0, cfork_wait(core, &status));
    check_equal(-ECHILD, cfork_wait(core, &status)); /* it has been given back */
    return status;
}

static void
act_nothing(void)
{
}

static void
act_exit(void)
{
    exit(300);
}

static void
act_page_fault(void)
{
    *(volatile char *)strtoul("8", NULL, 0) = 0; /* the compiler is not to see it coming */
}

static void
act_opcode(void)
{
    __builtin_trap();
}

static void
act_divide(void)
{
    __asm__ volatile("xor %%edx, %%edx; xor %%ecx, %%ecx; div %%ecx" ::"a"(1) : "ecx", "edx");
}

/* How a child ended is told apart. */
static void
test_wait(void)
{
    check_equal(77, WEXITSTATUS(status_after(act_nothing, false)));
    check_equal(300 & 0xff, WEXITSTATUS(status_after(act_exit, false)));
    check_equal(128 + SIGABRT, WEXITSTATUS(status_after(abort, false)));
    check_equal(SIGSEGV, status_after(act_page_fault, false));
    check_equal(SIGILL, status_after(act_opcode, false));
    check_equal(SIGFPE, status_after(act_divide, false));
    check_equal(SIGKILL, status_after(sleep_for_ever, true));
    check_equal(SIGKILL, status_after(call_for_ever, true));
    check_equal(-ECHILD, cfork_wait(0, NULL));
    check_equal(-ECHILD, cfork_wait(-EAGAIN, NULL));
    check_equal(-ECHILD, cfork_wait((int64_t)boot_page->core, NULL));
    check_equal(-ECHILD, cfork_wait((int64_t)boot_page->root, NULL));
}

static void
body_exits(unsigned core, void *argument)
{
    check_equal(0, core);
    exit((int)(intptr_t)argument);
}

/* What the child has of its own. */
static void
test_own(void)
{
    const char *own_name = "test_child";
    uint64_t core = boot_page->core, root = boot_page->root;
    char *text = malloc(100), magic[4];
    strcpy(text, "a word");
    FILE *file = fopen(own_name, "r");
    check(file && strcmp(strtok(text, " "), "a") == 0);
    errno = 0;
    int64_t child = fork_good();
    if (child == 0) {
        check_equal(HANDLE(1, 0), boot_page->share);
        check_equal(core_current(), boot_page->core);
        check(boot_page->core != core && boot_page->root != root);
        struct mapping_entry entry;
        check_equal(1, at_get(boot_page->root, &entry, sizeof(entry), 0));
        check_equal(E_NOENT, at_get(root, &entry, sizeof(entry), 0)); /* the parent's has no name here */
        check_equal(1, cores());
        check(thread_block()->self == thread_block());
        check_equal(0, strcmp(strtok(NULL, " "), "word"));
        errno = EDOM;
        char *large = malloc(4 << 20);
        check(large != NULL);
        memset(large, 1, 4 << 20);
        check(memory(100, SHARED) != NULL && memory(100, PRIVATE) != NULL);
        check_equal(4, fread(magic, 1, sizeof(magic), file));
        check_equal(0, memcmp(magic, "\177ELF", 4));
        size_t bytes;
        check(input(own_name, &bytes) != NULL);
        errno = 0;
        check_equal(-1, read(0, magic, 1)); /* the keyboard is the parent's */
        check_equal(ENOENT, errno);
        run_on_all(body_exits, (void *)5);
        exit(1);
    }
    check_equal(5, exit_of(child));
    check_equal(0, errno);
    check(strcmp(strtok(NULL, " "), "word") == 0);
    check_equal(4, fread(magic, 1, sizeof(magic), file));
    check_equal(0, memcmp(magic, "\177ELF", 4));
}

/* Extra shares stand behind the child's own, with the rights that were asked for. */
static void
test_shares(void)
{
    struct call_result first = share_alloc_pair(boot_page->share, "first", MEMORY_HERE, 0);
    struct call_result second = share_alloc_pair(boot_page->share, "second", MEMORY_HERE, 0);
    check(first.value > 0 && second.value > 0);
    int64_t segment = segment_alloc(HANDLE(first.second, 0), "thing", MEMORY_HERE);
    check(segment > 0);
    uint64_t id = handle_id((uint64_t)segment);
    struct cfork_share shares[] = {{(uint64_t)first.value, RIGHT_R | RIGHT_W},
                                   {HANDLE(second.second, 0), RIGHT_R | RIGHT_G}};
    int64_t core = fork_shares(shares, 2);
    if (core == 0) {
        check_equal(0, segment_get_nbytes(HANDLE(2, id)));
        check_equal(E_NOENT, segment_get_nbytes(HANDLE(3, id)));
        check(segment_alloc(HANDLE(2, 0), "stays", MEMORY_HERE) > 0);
        check_equal(E_PERM, segment_alloc(HANDLE(3, 0), "cannot be", MEMORY_HERE));
        check_equal(E_NOENT, segment_get_nbytes(HANDLE(4, id)));
        exit(0);
    }
    check_equal(0, exit_of(core));
    struct share_status status;
    check_equal(sizeof(status), share_stat(HANDLE(first.second, 0), &status, sizeof(status)));
    check_equal(2, status.entries);

    struct cfork_share wrong = {HANDLE(100, 0), RIGHT_R};
    check_equal(-ENOENT, cfork(&wrong, 1));
    wrong.share = boot_page->root;
    check_equal(-EINVAL, cfork(&wrong, 1));
    wrong = (struct cfork_share){boot_page->share, 1ul << 40};
    check_equal(-EINVAL, cfork(&wrong, 1));
    check_equal(-EINVAL, cfork(&wrong, CORE_SHARES_MOST));
}

static void
body_forks(unsigned core, void *argument)
{
    (void)core, (void)argument;
    check_equal(-EAGAIN, cfork(NULL, 0));
}

/* Two cores: the third who wants one is told so, and can have one when it is free again. */
static void
test_busy(void)
{
    check_equal(2, cores());
    int64_t core = fork_good();
    if (core == 0)
        sleep_for_ever();
    check_equal(-EAGAIN, cfork(NULL, 0));
    check_equal(-EAGAIN, run_on_all(body_forks, NULL));
    word_wait(0, 1);
    check_equal(0, core_halt((uint64_t)core));
    int status;
    check_equal(0, cfork_wait(core, &status));
    check_equal(SIGKILL, WTERMSIG(status));
    core = fork_good();
    if (core == 0)
        exit(3);
    check_equal(3, exit_of(core));
    check_equal(0, run_on_all(body_forks, NULL)); /* which has them all from now on */
    check_equal(-EAGAIN, cfork(NULL, 0));
}

/* What we are charged for, but for what waits in limbo. */
static uint64_t
charged(void)
{
    struct share_status status;
    check_equal(sizeof(status), share_stat(boot_page->share, &status, sizeof(status)));
    return status.account_used - status.account_limbo;
}

/* Whoever sees that the child is over finds given back what only the child had: at once, with nothing to wait for. */
static void
test_back(void)
{
    uint64_t before = 0;
    share_settle();
    for (unsigned round = 0; round < BACK_ROUNDS; round++) {
        word_set(0, 0);
        int64_t core = fork_good();
        if (core == 0) {
            word_wait(0, 1); /* from now on only we have our share */
            exit(0);
        }
        word_set(0, 1);
        check_equal(0, exit_of(core));
        if (round == BACK_ROUNDS / 2)
            before = charged();
        else if (round > BACK_ROUNDS / 2)
            check_equal(before, charged());
    }
}

static uint64_t variable = 1;

/* The program ends before its child. */
static void
test_leave(void)
{
    if (fork_good() == 0)
        call_for_ever();
    word_wait(0, 1);
}

/* Three cores: a child of a child, twice; the words are those of all, memory(SHARED) of the child those of two. */
static void
test_grandchild(void)
{
    int64_t core = fork_good();
    if (core != 0) {
        check_equal(9, exit_of(core));
        check_equal(2, word[2]);
        check_equal(1, variable);
        return;
    }
    uint64_t *shared = memory(8, SHARED);
    check(shared != NULL);
    for (int round = 1; round <= 2; round++) {
        variable = 5;
        int64_t grandchild = fork_good();
        if (grandchild == 0) {
            check_equal(5, variable);
            variable = 6;
            check_equal(round - 1, *shared);
            *shared = (uint64_t)round;
            __atomic_add_fetch(&word[2], 1, __ATOMIC_RELAXED);
            exit(3);
        }
        check_equal(3, exit_of(grandchild));
        check_equal(round, *shared);
        check_equal(5, variable);
    }
    exit(9);
}

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
        {"own", test_own},
        {"shares", test_shares},
        {"wait", test_wait},
        {"busy", test_busy},
        {"back", test_back},
        {"leave", test_leave},
        {"grandchild", test_grandchild},
    };
    words_make();
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (argc == 2 && strcmp(argv[1], tests[i].name) == 0) {
            tests[i].run();
            return 0;
        }
    }
    return 2;
}
