/* test_cfork memory | shared | inner | wait | own | shares | busy | streams | again N | back | crowd | leave | grandchild: tests
 * of exercise 7.1; test/cfork.c runs them. (Failing allocations: test_start_fails.c.) A check that fails in a child is the
 * child's status, which its parent checks. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "again.h"
#include "cfork.h"
#include "check.h"
#include "core_calls.h"
#include "platform_calls.h"
#include "start.h"
#include "thread_block.h"

#define FOR_EVER (~0ul)
#define BY_HAND  0x200000000ul /* where this test maps things itself */
#define PAGE     4096ul

#define MOST_ENTRIES 4 /* that cfork makes in our share */
#define BACK_ROUNDS  300
#define CROWD_BYTES  (256 * PAGE)
#define CROWD_MOST   8
#define CROWD_ROUNDS 10

/* Words that parent and child share: atomic. */
static uint64_t *word;

static void
word_wait(unsigned which, uint64_t value)
{
    while (__atomic_load_n(&word[which], __ATOMIC_ACQUIRE) != value)
        __builtin_ia32_pause();
}

static void
word_set(unsigned which, uint64_t value)
{
    __atomic_store_n(&word[which], value, __ATOMIC_RELEASE);
}

/* Forks with these shares; a failure ends the program, and so does a child that is none. */
static int64_t
fork_shares(const struct cfork_share *shares, size_t count)
{
    uint64_t parent = boot_page->core;
    int64_t core = cfork(shares, count);
    if (core < 0)
        check_equal(0, core);
    check((core == 0) == (boot_page->core != parent));
    return core;
}

static int64_t
fork_good(void)
{
    return fork_shares(NULL, 0);
}

/* The child's exit status. */
static int
exit_of(int64_t core)
{
    int status;
    check_equal(0, cfork_wait(core, &status));
    check(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A new segment of one page, mapped at `address` of `tree`; its name stays. */
static void
page_map(uint64_t tree, uint64_t address, uint64_t perm)
{
    int64_t segment = segment_alloc(boot_page->share, "page", MEMORY_HERE);
    check(segment > 0);
    check_equal(0, segment_set_nbytes((uint64_t)segment, PAGE));
    check_equal(0, at_set_seg(tree, address, (uint64_t)segment, 0, PAGE, perm));
}

static uint64_t initialised = 1, zeroed;

/* Neither sees what the other writes afterwards, wherever it stands; and both start with what was there. */
static void
test_memory(void)
{
    volatile uint64_t on_stack = 1;
    volatile uint64_t *all[] = {&initialised, &zeroed, &on_stack, malloc(sizeof(uint64_t)),
                                memory(8, PRIVATE)};
    size_t count = sizeof(all) / sizeof(all[0]);
    for (size_t i = 0; i < count; i++)
        *all[i] = 100 + i;
    int64_t core = fork_good();
    for (size_t i = 0; i < count; i++)
        check_equal(100 + i, *all[i]);
    if (core == 0)
        word_wait(0, 1);
    for (size_t i = 0; i < count; i++) {
        check_equal(100 + i, *all[i]);
        *all[i] = (core == 0 ? 200 : 300) + i;
    }
    word_set(0, 1);
    if (core == 0)
        exit(0);
    check_equal(0, exit_of(core));
    for (size_t i = 0; i < count; i++)
        check_equal(300 + i, *all[i]);
}

/* What is marked is one memory for both, in both directions. */
static void
test_shared(void)
{
    page_map(boot_page->root, BY_HAND, PERM_R | PERM_W | PERM_SHARED);
    volatile uint64_t *by_hand = (uint64_t *)BY_HAND, *late = memory(8, SHARED);
    *by_hand = 1;
    int64_t core = fork_good();
    if (core == 0) {
        word_wait(0, 1);
        check_equal(2, *by_hand);
        check_equal(2, *late); /* its first touch was the parent's, after cfork */
        *by_hand = *late = 3;
        exit(0);
    }
    *by_hand = *late = 2;
    word_set(0, 1);
    check_equal(0, exit_of(core));
    check_equal(3, *by_hand);
    check_equal(3, *late);
}

/* An inner tree without a mark becomes another one, of copies and of what is marked in it. */
static void
test_inner(void)
{
    int64_t inner = at_alloc(boot_page->share, TREE_INNER, "inner", MEMORY_HERE);
    check(inner > 0);
    page_map((uint64_t)inner, WINDOW_UNIT, PERM_R | PERM_W);
    page_map((uint64_t)inner, WINDOW_UNIT + PAGE, PERM_R | PERM_W | PERM_SHARED);
    check_equal(
        0, at_set_at(boot_page->root, BY_HAND, (uint64_t)inner, WINDOW_UNIT, WINDOW_UNIT, PERM_R | PERM_W));
    volatile uint64_t *own = (uint64_t *)BY_HAND, *both = (uint64_t *)(BY_HAND + PAGE);
    *own = *both = 1;
    int64_t core = fork_good();
    if (core == 0) {
        check_equal(1, *own);
        check_equal(1, *both);
        *own = *both = 2;
        /* What the child maps into its tree is nothing of the parent's. */
        struct mapping_entry entry;
        check_equal(1, at_get(boot_page->root, &entry, sizeof(entry), BY_HAND));
        check(entry.object != handle_id((uint64_t)inner));
        page_map(HANDLE(1, entry.object), WINDOW_UNIT + 2 * PAGE, PERM_R | PERM_W);
        *(volatile char *)(BY_HAND + 2 * PAGE) = 1;
        exit(0);
    }
    check_equal(0, exit_of(core));
    check_equal(1, *own);
    check_equal(2, *both);
    struct mapping_entry list[4];
    check_equal(2, at_get((uint64_t)inner, list, sizeof(list), 0));
}

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
test_own(const char *own_name)
{
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

/* Counts what comes out of stdout. */
static _READ_WRITE_RETURN_TYPE
count_output(struct _reent *state, void *cookie, const char *text, _READ_WRITE_BUFSIZE_TYPE bytes)
{
    (void)state, (void)cookie, (void)text;
    __atomic_add_fetch(&word[1], (uint64_t)bytes, __ATOMIC_RELAXED);
    return (_READ_WRITE_RETURN_TYPE)bytes;
}

static void
test_streams(void)
{
    fflush(stdout); /* the first use sets it up */
    stdout->_write = count_output;
    printf("printed before");
    int64_t core = fork_good();
    if (core == 0) {
        printf("and after");
        exit(0); /* writes it out */
    }
    check_equal(0, exit_of(core));
    fflush(stdout);
    check_equal(sizeof("printed before") - 1 + sizeof("and after") - 1, word[1]);
}

/* What we are charged for, but for what waits in limbo. */
static uint64_t
charged(void)
{
    struct share_status status;
    check_equal(sizeof(status), share_stat(boot_page->share, &status, sizeof(status)));
    return status.account_used - status.account_limbo;
}

/* The table of our share grows where as many entries more make it: not by those of a child, which go again; and it has
 * its size after some children. */
static void
share_settle(void)
{
    struct share_status status;
    for (;;) {
        check_equal(sizeof(status), share_stat(boot_page->share, &status, sizeof(status)));
        if (__builtin_clzl(status.entries) == __builtin_clzl(status.entries + MOST_ENTRIES))
            break;
        check(segment_alloc(boot_page->share, "filler", MEMORY_HERE) > 0);
    }
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

/* Writes a letter into each page, and finds it there when all are written, beside what was there before. */
static void
crowd_write(char *block, char letter)
{
    for (size_t at = 0; at < CROWD_BYTES; at += PAGE)
        block[at + 8] = letter;
    for (size_t at = 0; at < CROWD_BYTES; at += PAGE) {
        check_equal(letter, block[at + 8]);
        check_equal('a', block[at + 7]);
        check_equal('a', block[at + 9]);
    }
}

static void
test_again(unsigned times)
{
    for (unsigned time = 1; time <= times; time++) {
        int64_t core = fork_good();
        initialised += time;
        if (core == 0)
            exit((int)(time % 200));
        check_equal(time % 200, exit_of(core));
    }
}

/* Parent and children write the same pages at the same time, and nobody's bytes end up with another. */
static void
test_crowd(void)
{
    unsigned children = cores() - 1;
    char *block = malloc(CROWD_BYTES);
    int64_t core[CROWD_MOST];
    check(block && children <= CROWD_MOST);
    for (unsigned round = 0; round < CROWD_ROUNDS; round++) {
        memset(block, 'a', CROWD_BYTES);
        for (unsigned child = 0; child < children; child++) {
            core[child] = fork_good();
            if (core[child] == 0) {
                crowd_write(block, (char)('b' + child));
                exit(0);
            }
        }
        crowd_write(block, 'z');
        for (unsigned child = children; child-- > 0;)
            check_equal(0, exit_of(core[child]));
    }
}

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
        check_equal(1, initialised);
        return;
    }
    uint64_t *shared = memory(8, SHARED);
    check(shared != NULL);
    for (int round = 1; round <= 2; round++) {
        initialised = 5;
        int64_t grandchild = fork_good();
        if (grandchild == 0) {
            check_equal(5, initialised);
            initialised = 6;
            check_equal(round - 1, *shared);
            *shared = (uint64_t)round;
            __atomic_add_fetch(&word[2], 1, __ATOMIC_RELAXED);
            exit(3);
        }
        check_equal(3, exit_of(grandchild));
        check_equal(round, *shared);
        check_equal(5, initialised);
    }
    exit(9);
}

int
main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    word = memory(PAGE, SHARED);
    check(word != NULL);
    if (strcmp(what, "memory") == 0)
        test_memory();
    else if (strcmp(what, "shared") == 0)
        test_shared();
    else if (strcmp(what, "inner") == 0)
        test_inner();
    else if (strcmp(what, "wait") == 0)
        test_wait();
    else if (strcmp(what, "own") == 0)
        test_own(argv[0]);
    else if (strcmp(what, "shares") == 0)
        test_shares();
    else if (strcmp(what, "busy") == 0)
        test_busy();
    else if (strcmp(what, "streams") == 0)
        test_streams();
    else if (strcmp(what, "again") == 0)
        test_again(argc > 2 ? (unsigned)atoi(argv[2]) : 1);
    else if (strcmp(what, "back") == 0)
        test_back();
    else if (strcmp(what, "crowd") == 0)
        test_crowd();
    else if (strcmp(what, "leave") == 0)
        test_leave();
    else if (strcmp(what, "grandchild") == 0)
        test_grandchild();
    else
        check(!"an argument that is known");
    return 0;
}
