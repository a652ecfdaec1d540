/* Calls the kernel at random: `fuzz SEED CALLS`. All that it knows are the calls' lists, calls3.def to calls6.def.
 * Where the machine has several cores, all of them do so at once (fuzz_team.h), CALLS in all.
 *
 * Most arguments are plausible: a handle of the right type that an earlier call gave, an aligned size, memory that is
 * there. The others are hostile: another type, a stale or forged handle, an address of the kernel. It fails when a
 * call returns an error that its list does not name, or when the books do not add up. It spares only what it stands
 * on itself: its first share, its own segments, and its part of the address space (fuzz_world.h).
 *
 * In the end, a record for each call: how often it succeeded, which errors it returned and which it may return. */
#include "fuzz_corner.h"
#include "fuzz_team.h"

#define AUDIT_EVERY   1000
#define FAIL_ONE_IN   5  /* calls with an allocation that fails */
#define BURST_ONE_IN  60 /* calls that are repeated */
#define BURST         80
#define RENEW_ONE_IN  60
#define CORNER_ONE_IN 50
#define START_ONE_IN  50 /* calls after which a core looks for another that is to be started */

static struct fuzz_call calls[] = {
#define CALL(number, name, parameters, names, kinds, rights, errors) {number, #name, kinds, errors, 0, 0},
#include "calls3.def"
#include "calls4.def"
#include "calls5.def"
#include "calls6.def"
#undef CALL
};

#define CALLS (sizeof(calls) / sizeof(calls[0]))

/* Handles that calls return, by their pool's letter. */
static const struct {
    const char *name;
    char letter;
} makers[] = {{"share_alloc", 's'},
              {"segment_alloc", 'g'},
              {"segment_copy", 'g'},
              {"at_alloc", 't'},
              {"device_alloc", 'd'}};

/* A core that was free has been claimed. It may be kept, and then others find it. */
static void
claim_use(uint64_t core)
{
    core_run(core, (const struct core_context *)random_context());
    if (chance(30))
        pool_add('c', core);
    else
        share_delobj(core);
}

static void
fuzz_learn(const struct fuzz_call *call, const uint64_t arguments[6], int64_t value, uint64_t second)
{
    for (unsigned i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
        if (!call_is(call, makers[i].name))
            continue;
        pool_add(makers[i].letter, value);
        hot_add(makers[i].letter, value);
    }
    if (call_is(call, "device_alloc"))
        claims[random_below(CLAIMS)] = value;
    if (call_is(call, "core_alloc"))
        claim_use(value);
    if (call_is(call, "share_alloc"))
        pool_add('s', HANDLE(second, 0));
    if (call_is(call, "share_addobj") && handle_id(arguments[0]) == 0)
        pool_add(pool_letter(arguments[1]), HANDLE(handle_slot(arguments[0]), handle_id(arguments[1])));
}

static void
fuzz_once(struct fuzz_call *call, const uint64_t arguments[6])
{
    uint64_t second = 0;
    int64_t value = fuzz_call(call, arguments, &second);
    if (value >= 0) {
        call->succeeded++;
        fuzz_learn(call, arguments, value, second);
    } else if (value > -64 && (call->errors & 1ul << -value)) {
        call->seen |= 1ul << -value;
        for (unsigned i = 0; value == E_NOENT && call->kinds[i] != '\0' && i < 2; i++)
            pool_forget(arguments[i]);
    } else {
        fuzz_wrong("%s(%lx, %lx, %lx, %lx, %lx, %lx) returned %ld", call->name, arguments[0], arguments[1],
                   arguments[2], arguments[3], arguments[4], arguments[5], value);
    }
}

static void
fuzz_random(void)
{
    if (random_below(RENEW_ONE_IN) == 0)
        arena_renew();
    corner.on = random_below(CORNER_ONE_IN) == 0 && corner_make();
    struct fuzz_call *call = &calls[random_below(CALLS)];
    uint64_t arguments[6];
    fuzz_prepare(call, arguments);
    if (fuzz_spares(call, arguments))
        return;
    bool failing = !corner.on && random_below(FAIL_ONE_IN) == 0;
    if (failing)
        failures_set(chance(80) ? number : random_below(boot_page->cores),
                     1 + random_below(3) * random_below(4));
    for (unsigned times = random_below(BURST_ONE_IN) == 0 ? BURST : 1; times > 0; times--)
        fuzz_once(call, arguments);
    if (failing)
        failures_set(number, 0);
    if (!team && chance(20))
        contents_step();
    if (team && random_below(START_ONE_IN) == 0)
        start_some();
}

/* Adds what this core has seen to the board. */
static void
coverage_leave(void)
{
    for (unsigned i = 0; i < CALLS; i++) {
        word_add(board->coverage[i].succeeded, calls[i].succeeded);
        __atomic_or_fetch(&board->coverage[i].seen, calls[i].seen, __ATOMIC_RELAXED);
        calls[i].succeeded = calls[i].seen = 0;
    }
}

/* Takes it from there. */
static void
coverage_collect(void)
{
    coverage_leave();
    for (unsigned i = 0; i < CALLS; i++) {
        calls[i].succeeded = board->coverage[i].succeeded;
        calls[i].seen = board->coverage[i].seen;
    }
}

/* The errors are sets, as in the lists: bit n for error -n. */
static void
fuzz_report(void)
{
    for (unsigned i = 0; i < CALLS; i++) {
        struct fuzz_call *call = &calls[i];
        if (call_is(call, "core_exit"))
            call->succeeded = 1; /* by which this run ends */
        record("metric {\"name\":\"%s succeeded\",\"value\":%lu,\"unit\":\"calls\"}", call->name,
               call->succeeded);
        record("metric {\"name\":\"%s errors\",\"value\":%lu,\"unit\":\"set\"}", call->name, call->seen);
        record("metric {\"name\":\"%s documented\",\"value\":%lu,\"unit\":\"set\"}", call->name,
               call->errors);
    }
}

static uint64_t
number_of(const char *digits)
{
    uint64_t number = 0;
    for (; *digits >= '0' && *digits <= '9'; digits++)
        number = number * 10 + (*digits - '0');
    return number;
}

static void
alone(uint64_t most)
{
    for (uint64_t i = 1; i <= most; i++) {
        fuzz_random();
        if (i % AUDIT_EVERY == 0 && books_audit() != 0)
            fuzz_wrong("mismatches after %lu calls", i);
    }
}

static void
child_main(void)
{
    child_rounds(fuzz_random, coverage_leave);
}

int
main(int argc, char **argv)
{
    _Static_assert(CALLS <= CALLS_MOST, "the board has room for all");
    team = boot_page->cores > 1;
    if (argc != 3 || !fuzz_begin(number_of(argv[1])))
        return 2;
    if (team) {
        child_body = child_main;
        team_make(number_of(argv[1]));
        team_rounds(number_of(argv[2]), fuzz_random);
        coverage_collect();
        team_report();
    } else {
        alone(number_of(argv[2]));
    }
    fuzz_report();
    return books_audit() != 0;
}
