/* test_shootdown unmap|inner|shrink|copy|read|doze: whether old translations are gone when a call has returned. For the
 * first four a child reads or writes a page on another core all the time, while core 0 takes it away. The last two are
 * programs that test/shootdown.c does the same to from the kernel: one reads the page, one sleeps. */
#include "child.h"

#define ROUNDS 100
#define COPIES 40
#define SHOWN  0x700000000000ul /* where the child has the page */
#define HERE   0x710000000000ul /* and core 0 the copy of it */
#define PAGE   4096ul
#define WINDOW (2ul << 20)

static struct child child;
static uint64_t reads, gone;

/* The order matters: `gone` first, then the page. Where gone was set, the page must not be there any more. */
static void
reader_body(uint64_t argument)
{
    for (;;) {
        uint64_t seen = word_get(&gone);
        (void)*(volatile char *)SHOWN;
        if (seen == argument)
            core_exit(1);
        word_set(&reads, word_get(&reads) + 1);
    }
}

static uint64_t
segment_make(void)
{
    int64_t segment = segment_alloc(OWN_SHARE, "shown", MEMORY_HERE);
    check(segment > 0);
    check_equal(0, segment_set_nbytes((uint64_t)segment, PAGE));
    return (uint64_t)segment;
}

/* Maps a page, has the child read it, takes it away by `take`, and sees the child end by a fault at that address. */
static void
take_away(uint64_t tree, uint64_t start, void (*take)(uint64_t tree, uint64_t start, uint64_t segment))
{
    for (uint64_t round = 1; round <= ROUNDS; round++) {
        uint64_t segment = segment_make();
        check_equal(0, at_set_seg(tree, start, segment, 0, PAGE, PERM_R | PERM_W));
        word_set(&reads, 0);
        child.context.argument[0] = round;
        check_equal(0, core_run(child.core, &child.context));
        word_wait(&reads, 1 + round % 50);
        take(tree, start, segment);
        word_set(&gone, round);
        struct core_status status = child_wait(&child);
        check_equal(END_FAULT, status.reason);
        check_equal(SHOWN, status.address);
        at_unmap(tree, start, PAGE);
        check_equal(0, share_delobj(segment));
    }
}

static void
take_unmap(uint64_t tree, uint64_t start, uint64_t segment)
{
    (void)segment;
    check_equal(0, at_unmap(tree, start, PAGE));
}

static void
take_shrink(uint64_t tree, uint64_t start, uint64_t segment)
{
    (void)tree, (void)start;
    check_equal(0, segment_set_nbytes(segment, 0));
}

static void
test_inner(void)
{
    int64_t inner = at_alloc(OWN_SHARE, TREE_INNER, "inner", MEMORY_HERE);
    check(inner > 0);
    check_equal(0, at_set_at(child.root, SHOWN, (uint64_t)inner, 0, WINDOW, PERM_R | PERM_W));
    take_away((uint64_t)inner, 0, take_unmap);
    check_equal(0, share_delobj((uint64_t)inner));
}

/* Counts up in the page, for ever. */
static void
writer_body(uint64_t argument)
{
    (void)argument;
    for (;;)
        ++*(volatile uint64_t *)SHOWN;
}

/* A copy shows the page as it was at one moment: nothing that is written later. */
static void
test_copy(void)
{
    uint64_t segment = segment_make();
    check_equal(0, at_set_seg(child.root, SHOWN, segment, 0, PAGE, PERM_R | PERM_W));
    check_equal(0, at_set_seg(boot_page->root, HERE + PAGE, segment, 0, PAGE, PERM_R));
    check_equal(0, core_run(child.core, &child.context));
    const volatile uint64_t *copied = (const uint64_t *)HERE, *live = (const uint64_t *)(HERE + PAGE);
    for (unsigned round = 0; round < COPIES; round++) {
        uint64_t before = *live;
        while (*live == before)
            __builtin_ia32_pause();
        int64_t copy = segment_copy(OWN_SHARE, segment, "copy", COPY_ON_WRITE);
        check(copy > 0);
        check_equal(0, at_set_seg(boot_page->root, HERE, (uint64_t)copy, 0, PAGE, PERM_R));
        uint64_t seen = *copied, later = *live;
        check(seen > before);
        while (*live == later)
            __builtin_ia32_pause();
        check_equal(seen, *copied);
        check_equal(0, at_unmap(boot_page->root, HERE, PAGE));
        check_equal(0, share_delobj((uint64_t)copy));
    }
    check_equal(0, core_halt(child.core));
    check_equal(END_HALT, child_wait(&child).reason);
    check_equal(0, at_unmap(boot_page->root, HERE + PAGE, PAGE));
    check_equal(0, share_delobj(segment));
}

static struct trap_area area __attribute__((aligned(4096)));
static char trap_stack[4096] __attribute__((aligned(16)));

static void
wait_out(struct trap_area *trap)
{
    __builtin_ia32_pause();
    trap_return(&trap->frame);
}

/* What test/shootdown.c takes away lies at SHOWN; while it is away each read is a fault, which is waited out. */
static void
read_for_ever(void)
{
    check_equal(0, core_set_trap(&area, wait_out, trap_stack + sizeof(trap_stack) - sizeof(uint64_t)));
    for (;;) {
        (void)*(volatile char *)SHOWN;
        __builtin_ia32_pause();
    }
}

int
main(int argc, char **argv)
{
    check_equal(2, argc);
    switch (argv[1][0]) {
    case 'r':
        read_for_ever();
        return 1;
    case 'd':
        for (;;)
            core_sleep(FOR_EVER);
    }
    child_prepare(&child, 0, argv[1][0] == 'c' ? writer_body : reader_body);
    if (argv[1][0] == 'u')
        take_away(child.root, SHOWN, take_unmap);
    else if (argv[1][0] == 'i')
        test_inner();
    else if (argv[1][0] == 'c')
        test_copy();
    else
        take_away(child.root, SHOWN, take_shrink);
    child_release(&child);
    return 0;
}
