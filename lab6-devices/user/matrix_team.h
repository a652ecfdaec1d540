/* How the two cores of the matrix begin: started by a third, which sleeps from then on; included by matrix.c alone. */
#ifndef COREY_MATRIX_TEAM_H
#define COREY_MATRIX_TEAM_H

#include "launch.h"
#include "matrix_world.h"

#define ACCOUNT_PAGES 3000
#define STACK_TOUCHED 16384
#define FIRST_CORE    1 /* indices: 0 for the one that starts them, 1 and 2, and their children's 3 and 4 */

/* --- on the two cores ------------------------------------------------------------------------------------------- */

/* Makes the pages of this core's variables its own; those of the stack are there when it has been down there. */
static void
ground_touch(void)
{
    struct mapping_entry entry;
    volatile char stack[STACK_TOUCHED];
    for (unsigned at = 0; at < sizeof(stack); at += PAGE)
        stack[at] = 0;
    for (uint64_t cursor = 0; at_get(boot_page->root, &entry, sizeof(entry), cursor) == 1;) {
        volatile char *byte = (char *)entry.start;
        bool own = (entry.perm & PERM_W) && entry.start >= USER_BASE && entry.start < WINDOW;
        for (uint64_t at = 0; own && at < entry.bytes; at += PAGE)
            byte[at] = byte[at];
        cursor = entry.start + entry.bytes;
    }
}

/* The root on which the child's programs run: all that this one shows, and a stack. */
static void
child_world_make(void)
{
    struct call_result share = share_alloc_pair(OWN_SHARE, "child", MEMORY_HERE, 0);
    int64_t root = at_alloc(OWN_SHARE, TREE_ROOT, "child", world.core_index);
    check(share.value > 0 && root > 0);
    child_map_all((uint64_t)root);
    uint64_t stack = segment_make(CHILD_STACK / PAGE);
    check_equal(0, at_set_seg((uint64_t)root, CHILD_STACKS, stack, 0, CHILD_STACK, PERM_R | PERM_W));
    world.child = (struct core_context){
        .size = sizeof(world.child),
        .root = (uint64_t)root,
        .stack = CHILD_STACKS + CHILD_STACK - sizeof(uint64_t),
        .shares = 1,
        .share = {{HANDLE(share.second, 0), RIGHT_ALL}},
    };
}

static void
world_make(void)
{
    world.core_index = FIRST_CORE + 2 + number;
    int64_t core = core_alloc(OWN_SHARE, "child", world.core_index);
    int64_t claim = device_alloc(OWN_SHARE, ports[number], "scene", MEMORY_HERE);
    check(core > 0 && claim > 0);
    world.core = (uint64_t)core;
    world.claim = (uint64_t)claim;
    check_equal(0, buffer_make(PAGE, &world.transfer));
    child_world_make();

    int64_t inner = at_alloc(OWN_SHARE, TREE_INNER, "inner", MEMORY_HERE);
    check(inner > 0);
    world.inner = (uint64_t)inner;
    check_equal(0, at_set_at(boot_page->root, INNER, world.inner, 0, INNER_BYTES, PERM_R | PERM_W));
}

static void (*team_body)(void);

/* The first function of each. */
__attribute__((noreturn)) static void
team_begin(uint64_t own_number, uint64_t root, uint64_t core)
{
    word_wait(&board->open, 1);
    copy_enter(root, core, 1);
    number = (unsigned)own_number;
    ground_touch();
    world_make();
    team_body();
    program_exit(0);
}

/* --- on the core that starts them ------------------------------------------------------------------------------- */

/* As for any other core of a program (team.c): copies of what is ours to write, and the rest itself. */
static int64_t
ground_pass_on(const struct launch *launch, uint64_t to, const struct mapping_entry *mapping)
{
    bool own = (mapping->perm & PERM_W) && !(mapping->perm & PERM_SHARED);
    return own ? launch_copy(launch, to, mapping) : launch_show(launch, to, mapping);
}

/* Starts one of the two; the handle of its core. */
static uint64_t
team_start(unsigned which)
{
    uint64_t index = FIRST_CORE + which;
    int64_t core = core_alloc(OWN_SHARE, "matrix", index);
    check(core > 0);
    struct call_result share = share_alloc_pair(OWN_SHARE, "matrix", index, ACCOUNT_PAGES);
    check(share.value > 0);
    struct launch launch = {(uint64_t)core, index, (uint64_t)share.value, HANDLE(share.second, 0), 0};
    int64_t root = at_alloc(launch.share, TREE_ROOT, "matrix", index);
    check(root > 0);
    launch.root = (uint64_t)root;
    struct core_context context = {
        .entry = (uint64_t)team_begin,
        .stack = COPY_STACK,
        .argument = {which, HANDLE(1, handle_id(launch.root)), HANDLE(1, handle_id(launch.core))},
        .shares = 1,
    };
    check_equal(0, launch_name(&launch, launch.core, RIGHT_ALL));
    check_equal(0, launch_name(&launch, ports[which], RIGHT_ALL));
    check_equal(0, launch_fill(&launch, launch.root, boot_page->root, ground_pass_on));
    check_equal(0, launch_run(&launch, &context));
    launch_end(&launch);
    return launch.core;
}

/* Runs body() on both, side by side; the result is this program's. */
static int
team_run(void (*body)(void))
{
    uint64_t segment = segment_make(1), core[2];
    check_equal(0, at_set_seg(boot_page->root, BOARD, segment, 0, PAGE, PERM_R | PERM_W | PERM_SHARED));
    team_body = body;
    ports[0] = (uint64_t)port_handle("clock");
    ports[1] = (uint64_t)port_handle("console");
    for (unsigned which = 0; which < 2; which++)
        core[which] = team_start(which);
    limbo_wait();
    word_set(&board->open, 1);
    for (unsigned over = 0; over < 2;) {
        struct core_status status;
        over = 0;
        for (unsigned which = 0; which < 2; which++) {
            check_equal(sizeof(status), core_stat(core[which], &status, sizeof(status)));
            bool ended = status.condition == CORE_HALTED;
            over += ended;
            if (ended && (status.reason != END_EXIT || status.status != 0)) {
                print("matrix: core %u: reason %lu, status %ld, rip %lx, address %lx\n", which, status.reason,
                      status.status, status.rip, status.address);
                return 1; /* the other ends with its core's claim */
            }
        }
        if (over < 2)
            core_sleep(FOR_EVER);
    }
    return 0;
}

#endif
