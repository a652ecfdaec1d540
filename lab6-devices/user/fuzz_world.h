/* The fuzzer's world: what it makes before it begins, what it must spare, and the calls that a program does not
 * simply come back from. Included by fuzz.c alone. */
#ifndef COREY_FUZZ_WORLD_H
#define COREY_FUZZ_WORLD_H

#include "fuzz_arguments.h"
#include "print.h"

#define TRAP_STACK (4 * PAGE)

static _Alignas(PAGE) struct trap_area trap_area;
static _Alignas(PAGE) char trap_stack[TRAP_STACK];
static struct user_frame back; /* where trap_return_try goes on */
static bool trap_expected;     /* it is under way */

#define CLAIMS 4
static uint64_t claims[CLAIMS]; /* of devices, the latest instead of any */

static bool
call_is(const struct fuzz_call *call, const char *name)
{
    return name_equal(call->name, name);
}

/* --- calls --------------------------------------------------------------------------------------------------------- */

static bool
is_own(uint64_t id)
{
    for (unsigned i = 0; i < own_count; i++)
        if (own[i] == id)
            return true;
    return false;
}

/* Gives up all that the fuzzer has made, which is what may have taken the last page. */
static void
room_make(void)
{
    struct share_entry entries[OWN_MOST];
    struct call_result list = {0, 0};
    do {
        list = share_list_pair(OWN_SHARE, entries, sizeof(entries), list.second);
        for (int64_t i = 0; i < list.value; i++)
            if (!is_own(entries[i].id) && entries[i].type != OBJECT_CORE)
                share_delobj(HANDLE(1, entries[i].id));
    } while (list.value > 0 && list.second != 0);
    for (unsigned slot = 2; slot < HANDLE_SLOTS; slot++)
        self_drop(HANDLE(slot, 0));
    at_unmap(boot_page->root, WINDOW, WINDOW_SIZE);
}

/* Whatever fault a hostile frame leads to, the handler loads `back`. Where the fuzzer itself finds no page, an allocation
 * was made to fail, and the next will not; or, at the same place again, memory is really at its end. Any other trap is
 * its own mistake. */
static void
trap_handler(struct trap_area *area)
{
    static uint64_t short_of; /* address */
    if (trap_expected)
        trap_return(&back);
    if (area->cause == TRAP_NO_PAGE) {
        if (area->address == short_of)
            room_make();
        short_of = area->address;
        trap_return(&area->frame);
    }
    print("fuzz: trap %lu at %lx, vector %lu, address %lx\n", area->cause, area->frame.rip, area->vector,
          area->address);
    program_exit(3);
}

/* trap_return(frame), which comes back with its error; or, by `back` or by the fault that the frame leads to, with 0. All
 * registers are lost; the two that C does not let go are kept on the stack, below the 128 bytes that may be in use there. */
static int64_t
trap_return_try(uint64_t number, uint64_t frame)
{
    int64_t value;
    __asm__ volatile("lea -128(%%rsp), %%rsp\n\t"
                     "push %%rbx\n\t"
                     "push %%rbp\n\t"
                     "mov %%rsp, %[stack]\n\t"
                     "lea 1f(%%rip), %%rcx\n\t"
                     "mov %%rcx, %[rip]\n\t"
                     "syscall\n"
                     "1:\n\t"
                     "pop %%rbp\n\t"
                     "pop %%rbx\n\t"
                     "lea 128(%%rsp), %%rsp"
                     : "=a"(value), "+D"(frame), [stack] "=m"(back.rsp), [rip] "=m"(back.rip)
                     : "a"(number)
                     : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory",
                       "cc");
    return value;
}

static void
trap_set_own(void)
{
    /* Once, an allocation may have been made to fail; from then on memory is at its end. */
    for (unsigned failed = 0; core_set_trap(&trap_area, trap_handler, trap_stack + TRAP_STACK) < 0; failed++)
        if (failed > 0)
            room_make();
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

/* --- what it spares -------------------------------------------------------------------------------------------------- */

/* Whether the call would take the ground from under the fuzzer. */
static bool
fuzz_spares(const struct fuzz_call *call, const uint64_t *arguments)
{
    uint64_t start = arguments[1], bytes = arguments[2];
    if (call_is(call, "share_delobj"))
        return is_own(handle_id(arguments[0])) || chance(60);
    if (call_is(call, "segment_set_nbytes"))
        return is_own(handle_id(arguments[0])) && handle_id(arguments[0]) != handle_id(arena.segment);
    if (call_is(call, "self_drop"))
        return arguments[0] == OWN_SHARE || chance(80);
    if (call_is(call, "at_unmap"))
        return is_own(handle_id(arguments[0])) &&
               !(start >= WINDOW && start < WINDOW + WINDOW_SIZE && bytes <= WINDOW_SIZE);
    if (call_is(call, "debug_write"))
        return arguments[0] == 1;      /* its words are for the grader */
    return call_is(call, "core_exit"); /* ends every run */
}

/* What fits together: arguments that must agree for a call to succeed. */
static void
fuzz_match(const struct fuzz_call *call, uint64_t arguments[6])
{
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
    } else if (call_is(call, "at_set_at")) {
        arguments[1] = WINDOW + random_below(8) * LARGE;
        arguments[2] = pool_any('t');
        arguments[3] = random_below(4) * LARGE;
        arguments[4] = (1 + random_below(4)) * LARGE;
    } else if (call_is(call, "device_buf")) {
        arguments[0] = claims[random_below(CLAIMS)];
        arguments[1] = chance(50) ? arena.segment : arguments[1];
        arguments[2] = random_below(ARENA_PAGES) * PAGE;
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

/* --- the beginning --------------------------------------------------------------------------------------------------- */

static void
own_add(uint64_t handle)
{
    if (own_count < OWN_MOST)
        own[own_count++] = handle_id(handle);
}

/* All that the program was given: its own segments, which it may write, it leaves alone; modules, ports, root and core go
 * into the pools. */
static void
world_learn(void)
{
    struct share_entry entries[OWN_MOST];
    static const char letters[] = {[OBJECT_SHARE] = 's',
                                   [OBJECT_SEGMENT] = 'g',
                                   [OBJECT_TREE] = 't',
                                   [OBJECT_CORE] = 'c',
                                   [OBJECT_DEVICE] = 'd'};
    int64_t count = share_list(OWN_SHARE, entries, sizeof(entries), 0);
    for (int64_t i = 0; i < count; i++) {
        if (entries[i].type != OBJECT_CORE || chance(90))
            own_add(entries[i].id);
        if (entries[i].type != OBJECT_SEGMENT || !(entries[i].rights & RIGHT_W))
            pool_add(letters[entries[i].type], HANDLE(1, entries[i].id));
    }
    pool_add('s', OWN_SHARE);
}

static void
failures_set(uint64_t k)
{
    control.header->argument[0] = 0;
    control.header->argument[1] = k;
    device_do(failures, &control, FAILURES_SET, 0);
}

static uint64_t
books_audit(void)
{
    const struct books_audit *audit = buffer_data(&control);
    control.header->argument[0] = 0;
    int64_t status = device_do(books, &control, BOOKS_AUDIT, sizeof(*audit));
    return status == sizeof(*audit) ? audit->mismatches : ~0ul;
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
    pool_add('g', arena.segment);
    trap_set_own();
    return true;
}

#endif
