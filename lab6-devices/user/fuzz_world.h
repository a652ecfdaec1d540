/* The fuzzer's world: what it makes before it begins, what it must spare, and how it makes a call; included by fuzz.c
 * alone. */
#ifndef COREY_FUZZ_WORLD_H
#define COREY_FUZZ_WORLD_H

#include "fuzz_trap.h"

#define CLAIMS 4
static uint64_t claims[CLAIMS]; /* of devices, the latest instead of any */

static bool
call_is(const struct fuzz_call *call, const char *name)
{
    return name_equal(call->name, name);
}

static int64_t
fuzz_call(const struct fuzz_call *call, const uint64_t arguments[6], uint64_t *second)
{
    if (call_is(call, "trap_return")) {
        trap_expected = true;
        int64_t value = trap_return_try(call->number, arguments[0]);
        trap_expected = false;
        return value;
    }
    struct call_result result = call_make(call->number, arguments[0], arguments[1], arguments[2],
                                          arguments[3], arguments[4], arguments[5]);
    *second = result.second;
    if (call_is(call, "core_set_trap"))
        trap_set_own();
    return result.value;
}

/* --- what it spares --------------------------------------------------------------------------------------------- */

/* Whether it must not be shown elsewhere, where its contents could be changed: by other cores, who do not know that it
 * is to be spared, or, of a patch, at all. */
static bool
is_private(uint64_t id)
{
    for (unsigned i = 0; i < (team ? 0 : own_count) || i < own_common; i++)
        if (own[i] == id)
            return false;
    return is_own(id);
}

/* A halt of this very program, or of others more often than they can be started again. */
static bool
halt_is_spared(uint64_t handle)
{
    if (number == 0 && handle_id(handle) == handle_id(boot_page->core))
        return true;
    return team && chance(70);
}

/* Whether the call would take the ground from under the fuzzer. */
static bool
fuzz_spares(const struct fuzz_call *call, const uint64_t *arguments)
{
    uint64_t id = handle_id(arguments[0]), start = arguments[1], bytes = arguments[2];
    if (call_is(call, "share_delobj"))
        return is_own(id) || chance(60);
    if (call_is(call, "segment_set_nbytes"))
        return is_own(id) && id != handle_id(arena.segment);
    if (call_is(call, "self_drop"))
        return arguments[0] == OWN_SHARE || (team && arguments[0] == COMMON) || chance(80);
    if (call_is(call, "at_unmap"))
        return is_own(id) && !(start >= WINDOW && start < WINDOW + WINDOW_SIZE && bytes <= WINDOW_SIZE);
    if (call_is(call, "share_addobj"))
        return is_private(handle_id(arguments[1]));
    if (call_is(call, "at_set_seg"))
        return is_private(handle_id(arguments[2]));
    if (call_is(call, "device_buf"))
        return is_private(handle_id(arguments[1])) && handle_id(arguments[1]) != handle_id(arena.segment);
    if (call_is(call, "core_halt"))
        return halt_is_spared(arguments[0]);
    if (call_is(call, "debug_write"))
        return arguments[0] == 1; /* its words are for the grader */
    if (call_is(call, "trap_return"))
        return arguments[0] != (uint64_t)&back && frame_runs(arguments[0]);
    return call_is(call, "core_exit") && (number == 0 || chance(80));
}

/* --- arguments that fit together -------------------------------------------------------------------------------- */

/* What core_run is told, in memory that all cores change. Most of it makes sense, as a whole it seldom does. */
static uint64_t
random_context(void)
{
    struct core_context *context = team ? &board->context[random_below(CONTEXTS)]
                                        : (struct core_context *)((char *)arena.header + 8 * PAGE);
    context->size = chance(95) ? sizeof(*context) : random_number();
    context->flags = chance(95) ? 0 : random_number();
    context->root = random_handle('t');
    context->entry = chance(90) ? random_address() : random_number();
    context->stack = chance(90) ? random_address() : random_number();
    context->trap_area = chance(70) ? 0 : random_address() & -PAGE;
    context->trap_entry = random_address();
    context->trap_stack = random_address();
    context->shares = chance(90) ? random_below(4) : random_below(2 * CORE_SHARES_MOST);
    for (unsigned i = 0; i < CORE_SHARES_MOST; i++) {
        context->share[i].share = random_handle('s');
        context->share[i].rights = random_argument('r');
    }
    return (uint64_t)context;
}

/* Arguments that must agree for a call to succeed. */
static void
fuzz_match(const struct fuzz_call *call, uint64_t arguments[6])
{
    bool in_inner = chance(50); /* for calls that do not know which kind of tree they were given */
    if (call_is(call, "trap_return") && chance(50)) {
        arguments[0] = (uint64_t)&back;
    } else if (call_is(call, "core_set_trap")) {
        arguments[0] = (corner.on ? corner.address : random_address()) & -PAGE;
        arguments[1] = (uint64_t)trap_handler;
        arguments[2] = (uint64_t)trap_stack;
    } else if (call_is(call, "debug_write")) {
        arguments[0] = 0;
        arguments[2] = random_below(16);
    } else if (call_is(call, "at_alloc")) {
        arguments[1] = random_below(2);
    } else if ((call_is(call, "at_set_seg") || call_is(call, "at_unmap")) && in_inner && !corner.on) {
        arguments[1] = INNER_START + random_below(4) * LARGE + random_below(8) * PAGE;
    } else if (call_is(call, "at_set_at")) {
        arguments[1] = WINDOW + random_below(8) * LARGE;
        arguments[2] = pool_any('t');
        arguments[3] = INNER_START + random_below(4) * LARGE;
        arguments[4] = (1 + random_below(4)) * LARGE;
    } else if (call_is(call, "device_buf")) {
        arguments[0] = claims[random_below(CLAIMS)];
        arguments[1] = chance(50) ? arena.segment : arguments[1];
        arguments[2] = random_below(ARENA_PAGES) * PAGE;
    } else if (call_is(call, "segment_set_nbytes") && !corner.on && chance(10)) {
        arguments[0] = arena.segment; /* a device may be at work on it */
    } else if (call_is(call, "core_run")) {
        arguments[1] = random_context();
    } else if (call_is(call, "core_sleep") && number > 0 && chance(30)) {
        arguments[0] = FOR_EVER; /* core 0 wakes whoever does not come */
    }
}

static void
fuzz_prepare(const struct fuzz_call *call, uint64_t arguments[6])
{
    if (!corner.on) /* a call between would let limbo move on */
        arena_stir();
    for (unsigned i = 0; i < 6; i++)
        arguments[i] = 0;
    for (unsigned i = 0; call->kinds[i] != '\0'; i++)
        arguments[i] = random_argument(call->kinds[i]);
    if (chance(70))
        fuzz_match(call, arguments);
}

/* --- the beginning ---------------------------------------------------------------------------------------------- */

static void
own_add(uint64_t handle)
{
    if (own_count < OWN_MOST)
        own[own_count++] = handle_id(handle);
}

static char
type_letter(uint32_t type)
{
    static const char letters[] = {[OBJECT_SHARE] = 's',
                                   [OBJECT_SEGMENT] = 'g',
                                   [OBJECT_TREE] = 't',
                                   [OBJECT_CORE] = 'c',
                                   [OBJECT_DEVICE] = 'd'};
    return letters[type];
}

/* All that the program was given: its own segments, which it may write, it leaves alone; modules, ports, root and
 * core go into the pools. */
static void
world_learn(void)
{
    struct share_entry entries[OWN_MOST];
    int64_t count = share_list(OWN_SHARE, entries, sizeof(entries), 0);
    for (int64_t i = 0; i < count; i++) {
        if (is_own(entries[i].id))
            continue;
        if (entries[i].type != OBJECT_CORE || chance(90))
            own_add(entries[i].id);
        if (entries[i].type != OBJECT_SEGMENT || !(entries[i].rights & RIGHT_W))
            pool_add(type_letter(entries[i].type), HANDLE(1, entries[i].id));
    }
    pool_add('s', OWN_SHARE);
}

/* Lets the k-th allocation from now on fail, on one core; 0: none. */
static void
failures_set(uint64_t core, uint64_t k)
{
    control.header->argument[0] = core;
    control.header->argument[1] = k;
    device_do(failures, &control, FAILURES_SET, 0);
}

static uint64_t
books_audit(void)
{
    const struct books_audit *audit = buffer_data(&control);
    for (unsigned failed = 0;;) {
        control.header->argument[0] = 0;
        int64_t status = device_do(books, &control, BOOKS_AUDIT, sizeof(*audit));
        if (status == sizeof(*audit))
            return audit->mismatches;
        if (status != E_NOMEM && status != E_AGAIN)
            fuzz_wrong("the audit returned %ld", status);
        room_make_more(++failed);
    }
}

/* Whether the world could be made. */
static bool
fuzz_begin(uint64_t seed)
{
    for (unsigned at = 0; at < TRAP_STACK; at += PAGE)
        trap_stack[at] = 1; /* there from now on: the handler cannot wait for a page */
    random_state = seed * 0x9e3779b97f4a7c15ul | 1;
    world_learn();
    if (buffer_make(PAGE, &control) < 0 || buffer_make(ARENA_PAGES * PAGE, &arena) < 0)
        return false;
    int64_t first = device_open("failures"), second = device_open("books");
    if (first < 0 || second < 0)
        return false;
    failures = first;
    books = second;
    own_add(control.segment);
    own_add(arena.segment);
    own_add(failures);
    own_add(books);
    if (!team)
        pool_add('g', arena.segment);
    trap_set_own();
    return true;
}

#endif
