/* run_on_all on Corey: a share, a root and a run for each further core. */
#include "team.h"

#include "again.h"
#include "core_calls.h"
#include "core_context.h"
#include "platform_calls.h"
#include "print.h"
#include "start.h"

#define ENOMEM   12 /* as in <errno.h>: there is no C library here */
#define EAGAIN   11
#define LIST     64 /* mappings asked for at once */
#define RED_ZONE 128
#define FOR_EVER (~0ul)

struct team *team;
unsigned team_core;

static uint64_t *core_handle; /* by number; claimed once, for the program's life; null: not yet */

/* What the children begin with, in the copies of this program's variables. */
static void (*team_body)(unsigned core, void *argument);
static void *team_argument;
static struct boot_page child_page;

unsigned
cores(void)
{
    return (unsigned)boot_page->cores;
}

/* --- on a child's core -------------------------------------------------------------------------------------- */

static void
child_go(void)
{
    team_body(team_core, team_argument);
    team_after();
    struct seat *seat = &team->seat[team_core];
    seat->window_next = window_next();
    /* Release: all that the body wrote is seen by who finds it over (partner: the acquire in core_is_lost). */
    __atomic_store_n(&seat->over, 1, __ATOMIC_RELEASE);
    program_exit(0);
}

/* The first function of a child. */
__attribute__((noreturn)) static void
child_begin(unsigned core, uint64_t root, uint64_t core_object)
{
    /* Acquire: partner in run_on_all. */
    while (!__atomic_load_n(&team->open, __ATOMIC_ACQUIRE))
        __builtin_ia32_pause();
    team_core = core;
    child_page = *boot_page;
    child_page.root = root;
    child_page.core = core_object;
    boot_page = &child_page;
    window_enter(core, team->seat[core].window_next);
    team_begin(child_go);
    __builtin_unreachable();
}

__attribute__((weak)) void
team_before(void)
{
}

__attribute__((weak)) void
team_begin(void (*go)(void))
{
    go();
}

__attribute__((weak)) void
team_after(void)
{
}

/* --- on core 0: making a child ------------------------------------------------------------------------------ */

/* Maps in the child's root what `mapping` shows in ours. `share` is the child's own. */
static int64_t
mapping_pass_on(uint64_t share, uint64_t root, const struct mapping_entry *mapping)
{
    int64_t shown = (int64_t)HANDLE(1, mapping->object);
    if ((mapping->perm & PERM_W) && !(mapping->perm & PERM_SHARED))
        shown = again(segment_copy(share, shown, 0, COPY_ON_WRITE));
    if (shown < 0)
        return shown;
    int64_t error =
        again(at_set_seg(root, mapping->start, shown, mapping->offset, mapping->bytes, mapping->perm));
    if (error == E_TYPE)
        error = again(at_set_at(root, mapping->start, shown, mapping->offset, mapping->bytes, mapping->perm));
    return error;
}

static int64_t
mappings_pass_on(uint64_t share, uint64_t root)
{
    struct mapping_entry list[LIST];
    uint64_t cursor = 0;
    for (;;) {
        int64_t count = again(at_get(boot_page->root, list, sizeof(list), cursor));
        if (count <= 0)
            return count;
        for (int64_t i = 0; i < count; i++) {
            int64_t error = mapping_pass_on(share, root, &list[i]);
            if (error < 0)
                return error;
        }
        cursor = list[count - 1].start + list[count - 1].bytes;
    }
}

/* Enters into the child's share what it is to name as we do: its core, the inputs, and the windows. */
static int64_t
names_pass_on(uint64_t share, uint64_t core)
{
    int64_t error = again(share_addobj(share, core, RIGHT_ALL));
    if (error >= 0)
        error = again(share_addobj(share, windows_tree(), RIGHT_ALL));
    for (uint64_t i = 0; error >= 0 && i < boot_page->modules; i++)
        error = again(share_addobj(share, boot_page->module[i].segment, RIGHT_ALL));
    return error;
}

/* Starts core `number`, processor `index`, with the share in `slot` of our set. */
static int64_t
child_start(unsigned number, uint64_t index, uint64_t slot)
{
    uint64_t share = HANDLE(slot, 0);
    int64_t root = again(at_alloc(share, TREE_ROOT, "core", index));
    if (root < 0)
        return root;
    int64_t error = names_pass_on(share, core_handle[number]);
    if (error >= 0)
        error = mappings_pass_on(share, (uint64_t)root);
    if (error < 0)
        return error;
    /* A function finds its stack 8 off a multiple of 16. */
    uint64_t stack = (((uint64_t)__builtin_frame_address(0) - RED_ZONE) & ~15ul) - sizeof(uint64_t);
    struct core_context context = {
        .size = sizeof(context),
        .root = (uint64_t)root,
        .entry = (uint64_t)child_begin,
        .stack = stack,
        .argument = {number, HANDLE(1, handle_id((uint64_t)root)), core_handle[number]},
        .shares = 1,
        .share = {{share, RIGHT_ALL}},
    };
    return again(core_run(core_handle[number], &context));
}

/* Makes the share, which in the end only the child has. */
static int64_t
child_make(unsigned number)
{
    struct core_status status;
    struct call_result share;
    int64_t error = core_stat(core_handle[number], &status, sizeof(status));
    if (error >= 0)
        error = again((share = share_alloc_pair(boot_page->share, "core", status.index, 0)).value);
    if (error < 0)
        return error;
    team->seat[number].over = 0;
    error = child_start(number, status.index, share.second);
    share_delobj((uint64_t)share.value);
    self_drop(HANDLE(share.second, 0));
    return error;
}

/* --- on core 0: watching them ------------------------------------------------------------------------------- */

/* Waits until child `number` has ended. */
static void
child_wait(unsigned number, struct core_status *status)
{
    while (core_stat(core_handle[number], status, sizeof(*status)) > 0 && status->condition != CORE_HALTED)
        core_sleep(FOR_EVER);
}

/* Whether the core has ended in another way than by the end of its body. Acquire: partner in child_go. */
static bool
child_is_lost(unsigned number, const struct core_status *status)
{
    return status->condition == CORE_HALTED && !__atomic_load_n(&team->seat[number].over, __ATOMIC_ACQUIRE);
}

/* A child has gone, and its work with it: the program ends as that core did. */
__attribute__((noreturn)) static void
team_give_up(unsigned number, const struct core_status *status)
{
    if (status->reason == END_FAULT)
        print("%s: core %u ended by trap %ld at rip 0x%lx, address 0x%lx, error 0x%lx\n", boot_page->command,
              number, status->status, status->rip, status->address, status->error);
    for (unsigned other = 1; other < team->count; other++)
        core_halt(core_handle[other]);
    program_exit(status->reason == END_EXIT && status->status != 0 ? (int)status->status : 1);
}

void
team_check(void)
{
    struct core_status status;
    for (unsigned number = 1; number < team->count; number++)
        if (core_stat(core_handle[number], &status, sizeof(status)) > 0 && child_is_lost(number, &status))
            team_give_up(number, &status);
}

static void
children_wait(unsigned count)
{
    struct core_status status;
    for (unsigned number = 1; number < count; number++) {
        child_wait(number, &status);
        if (child_is_lost(number, &status))
            team_give_up(number, &status);
    }
}

/* Ends those that have been started already: they wait to begin, and have done nothing yet. */
static void
children_halt(unsigned count)
{
    struct core_status status;
    for (unsigned number = 1; number < count; number++) {
        core_halt(core_handle[number]);
        child_wait(number, &status);
    }
}

/* --- on core 0: all of it ----------------------------------------------------------------------------------- */

static int64_t
cores_claim(void)
{
    for (unsigned number = 1; number < cores(); number++) {
        if (core_handle[number])
            continue;
        int64_t core = again(core_alloc(boot_page->share, "core", MEMORY_HERE));
        if (core < 0)
            return core;
        core_handle[number] = (uint64_t)core;
    }
    return 0;
}

/* What stays for the program's life. */
static int64_t
team_make(void)
{
    if (!core_handle)
        core_handle = memory(cores() * sizeof(*core_handle), PRIVATE);
    if (!team)
        team = memory(sizeof(*team) + cores() * sizeof(team->seat[0]), SHARED);
    if (!core_handle || !team)
        return E_NOMEM;
    team->count = cores();
    return cores_claim();
}

int
run_on_all(void (*body)(unsigned core, void *argument), void *argument)
{
    int64_t error = team_make();
    unsigned number = 1;
    if (error >= 0) {
        team_before();
        team_body = body;
        team_argument = argument;
        __atomic_store_n(&team->open, 0, __ATOMIC_RELAXED); /* nobody looks yet */
        for (; number < team->count && error >= 0; number++)
            error = child_make(number);
        if (error < 0)
            children_halt(number - 1);
    }
    if (error < 0)
        return error == E_BUSY ? -EAGAIN : -ENOMEM;
    /* Release: what we wrote before is seen by all bodies (partner: child_begin). */
    __atomic_store_n(&team->open, 1, __ATOMIC_RELEASE);
    body(0, argument);
    children_wait(team->count);
    return 0;
}
