/* run_on_all on Corey: a share, a root and a run for each further core. */
#include "team.h"

#include "launch.h"
#include "core_calls.h"
#include "platform_calls.h"
#include "print.h"
#include "sharing.h"
#include "start.h"

#define ENOMEM 12 /* as in <errno.h>: there is no C library here */
#define EAGAIN 11

struct team *team;
unsigned team_core;

static uint64_t *core_handle; /* by number; claimed once, for the program's life; null: not yet */

/* What the children begin with, in the copies of this program's variables. */
static void (*team_body)(unsigned core, void *argument);
static void *team_argument;

static unsigned team_shares = 1; /* of ours that each core has */

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
    copy_after();
    struct seat *seat = &team->seat[team_core];
    seat->window_next = window_next();
    /* Release: all that the body wrote is seen by who finds it over (partner: the acquire in child_is_lost). */
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
    copy_enter(root, core_object, boot_page->cores);
    window_enter(core, team->seat[core].window_next);
    copy_begin(child_go);
    __builtin_unreachable();
}

void
team_share_second(void)
{
    team_shares = 2;
}

void
team_leave(void)
{
    team_shares = 1;
    team = NULL;
    team_core = 0;
    core_handle = NULL;
    window_leave();
}

/* --- on core 0: making a child ------------------------------------------------------------------------------ */

/* A child has in its root what we have: copies of what is ours to write, and the rest itself. */
static int64_t
mapping_pass_on(const struct launch *launch, uint64_t to, const struct mapping_entry *mapping)
{
    bool own = (mapping->perm & PERM_W) && !(mapping->perm & PERM_SHARED);
    return own ? launch_copy(launch, to, mapping) : launch_show(launch, to, mapping);
}

static int64_t
child_start(const struct launch *launch, unsigned number)
{
    struct core_context context = {
        .entry = (uint64_t)child_begin,
        .stack = COPY_STACK,
        .argument = {number, HANDLE(1, handle_id(launch->root)), launch->core},
        .shares = team_shares,
        .share[1] = {HANDLE(2, 0), RIGHT_ALL},
    };
    int64_t error = launch_fill(launch, launch->root, boot_page->root, mapping_pass_on);
    return error < 0 ? error : launch_run(launch, &context);
}

/* Starts core `number`; in the end only the child has its share, where it has one of its own. */
static int64_t
team_add(unsigned number)
{
    struct launch launch;
    team->seat[number].over = 0;
    bool within = sharing_mode() == SHARING_EVERYTHING;
    int64_t error = (within ? launch_begin_within : launch_begin)(&launch, core_handle[number]);
    if (error < 0)
        return error;
    error = child_start(&launch, number);
    launch_end(&launch);
    return error;
}

/* --- on core 0: watching them ------------------------------------------------------------------------------- */

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
        core_wait(core_handle[number], &status);
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
        core_wait(core_handle[number], &status);
    }
}

/* --- on core 0: all of it ----------------------------------------------------------------------------------- */

static int64_t
cores_claim(void)
{
    for (unsigned number = 1; number < cores(); number++) {
        if (core_handle[number])
            continue;
        int64_t core = core_claim(NULL);
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
    marks_leave();
    int64_t error = team_make();
    unsigned number = 1;
    if (error >= 0) {
        copy_before();
        team_body = body;
        team_argument = argument;
        __atomic_store_n(&team->open, 0, __ATOMIC_RELAXED); /* nobody looks yet */
        for (; number < team->count && error >= 0; number++)
            error = team_add(number);
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
