/* test_cfork memory | shared | inner | streams | again | crowd: what parent and child share, and what not (exercise
 * 7.1); test/cfork.c runs it. What a child is made of is tested by test_child.c. */
#include <stdio.h>
#include <string.h>

#include "fork_test.h"

#define BY_HAND 0x200000000ul /* where this test maps things itself */
#define TIMES   1000

#define CROWD_BYTES  (256 * PAGE)
#define CROWD_MOST   8
#define CROWD_ROUNDS 10

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
test_again(void)
{
    for (unsigned time = 1; time <= TIMES; time++) {
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

int
main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } tests[] = {
        {"memory", test_memory},   {"shared", test_shared}, {"inner", test_inner},
        {"streams", test_streams}, {"again", test_again},   {"crowd", test_crowd},
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
