/* Several cores at once: their common world, their rounds, and core 0, which watches that all come; included by fuzz.c
 * alone. */
#ifndef COREY_FUZZ_TEAM_H
#define COREY_FUZZ_TEAM_H

#include "fuzz_children.h"

#define ROUND_CALLS    4000 /* of all cores together */
#define CLEAR_ONE_IN   3    /* rounds after which the common share is emptied */
#define HALT_PERCENT   30   /* of the calls of start_some */
#define AUDIT_ONE_IN   400 /* calls of core 0 after which the books are audited while the others are at work */
#define REFRESH_ONE_IN 40  /* calls after which a core looks what there is in the common share */

/* Core 0's: what a core's calls and run were when it was last seen to get on, and when that was. */
static struct {
    uint64_t calls, calls_time, run, run_time;
} seen[CORES_MOST];

/* --- the common world ------------------------------------------------------------------------------------------- */

static uint64_t
common_segment(uint64_t pages, uint64_t offset)
{
    int64_t segment = segment_alloc(COMMON, 0, MEMORY_HERE);
    if (segment < 0 || segment_set_nbytes(segment, pages * PAGE) < 0 ||
        at_set_seg(HANDLE(1, board->inner), offset, segment, 0, pages * PAGE, PERM_R | PERM_W) < 0)
        fuzz_wrong("no common segment: %ld", segment);
    own_add(segment);
    return handle_id(segment);
}

static void
core_claim(unsigned child)
{
    int64_t core = again(core_alloc(COMMON, "child", child));
    if (core < 0)
        fuzz_wrong("core %u cannot be claimed: %ld", child, core);
    board->core[child] = handle_id(core);
    own_add(core);
}

/* On core 0, after fuzz_begin and before there are others. */
static void
team_make(uint64_t seed)
{
    struct call_result share = share_alloc_pair(OWN_SHARE, "common", MEMORY_HERE, 0);
    int64_t segment = segment_alloc(OWN_SHARE, "board", MEMORY_HERE);
    int64_t inner = at_alloc(OWN_SHARE, TREE_INNER, "inner", MEMORY_HERE);
    if (share.second != 2 || segment < 0 || inner < 0 || segment_set_nbytes(segment, BOARD_BYTES) < 0 ||
        at_set_seg(boot_page->root, BOARD, segment, 0, BOARD_BYTES, PERM_R | PERM_W | PERM_SHARED) < 0 ||
        at_set_at(boot_page->root, INNER, inner, 0, INNER_SHOWN, PERM_R | PERM_W | PERM_SHARED) < 0)
        program_exit(2);
    board->seed = seed;
    /* One core is left to be claimed by whoever comes; of two, now and then. */
    board->cores = boot_page->cores - (boot_page->cores > 2 || seed % 4 == 3);
    board->inner = handle_id(inner);
    own_add(share.value);
    own_add(segment);
    own_add(inner);
    board->kept = common_segment(KEPT_PAGES, INNER_KEPT);
    board->cut = common_segment(CUT_PAGES, INNER_CUT);
    for (unsigned child = 1; child < board->cores; child++)
        core_claim(child);
    for (unsigned i = 0; i < pools[pool_index('d')].count; i++) /* the machine's ports */
        share_addobj(COMMON, pools[pool_index('d')].handle[i], RIGHT_ALL);
    share_addobj(COMMON, failures, RIGHT_R | RIGHT_W);
    board->core[0] = handle_id(boot_page->core);
    share_addobj(COMMON, boot_page->core, RIGHT_R | RIGHT_W | RIGHT_G);
    own_common = own_count;
    hot = board->hot;
    kept_learn();
}

/* Fills the pools from some part of the common share. */
static void
common_learn(void)
{
    static uint64_t cursor;
    struct share_entry entries[POOL_MOST];
    struct call_result list = share_list_pair(COMMON, entries, sizeof(entries), cursor);
    cursor = list.value < 0 ? 0 : list.second;
    for (int64_t i = 0; i < list.value; i++)
        if (!is_own(entries[i].id) || entries[i].type == OBJECT_CORE)
            pool_add(type_letter(entries[i].type), COMMON | entries[i].id);
}

/* --- on a child ------------------------------------------------------------------------------------------------- */

/* One more call, and what stands beside. `pause`, so that cores which take turns on one thread of the host take them
 * often. */
static void
team_step(void (*once)(void))
{
    if (random_below(REFRESH_ONE_IN) == 0)
        common_learn();
    if (chance(20))
        contents_step();
    once();
    __builtin_ia32_pause();
}

/* Waits for the round after this one, in one way or the other. */
static void
round_wait(uint64_t round)
{
    bool sleeps = chance(30);
    hog_drop(); /* who comes later may need it */
    if (chance(20))
        program_exit(STATUS_ARRIVED);
    while (word_get(board->round) == round) {
        if (sleeps)
            core_sleep(FOR_EVER);
        else
            __builtin_ia32_pause();
    }
}

/* Of a child: for ever; its program ends in the middle of it, or when core 0's does. */
static void
child_rounds(void (*once)(void), void (*leave_coverage)(void))
{
    struct seat *seat = &board->seat[number];
    for (;;) {
        uint64_t round = word_get(board->round);
        while (word_get(seat->calls) < word_get(board->quota)) {
            team_step(once);
            word_add(seat->calls, 1);
        }
        leave_coverage();
        word_set(seat->arrived, round);
        round_wait(round);
    }
}

/* --- on core 0 -------------------------------------------------------------------------------------------------- */

/* A core whose program is over. Garbage may end as it likes, and whatever is halted; the fuzzer by its own will
 * only. */
static void
child_judge(unsigned child, const struct core_status *status)
{
    if (status->reason == END_FAULT && status->run == word_get(board->seat[child].run))
        fuzz_wrong("core %u ended by trap %ld at %lx, address %lx, error %lx", child, status->status,
                   status->rip, status->address, status->error);
    if (status->reason == END_HALT)
        word_add(board->halts, 1);
    if (status->reason == END_EXIT)
        word_add(board->exits, 1);
}

/* Says that a core does not come, or halts what is no fuzzer there and has had its time. */
static void
child_watch(unsigned child, const struct core_status *status)
{
    uint64_t now = clock_now(), second = boot_page->ticks_per_second;
    uint64_t calls = word_get(board->seat[child].calls), run = word_get(board->seat[child].run);
    if (seen[child].calls != calls)
        seen[child].calls = calls, seen[child].calls_time = now;
    if (seen[child].run != status->run)
        seen[child].run = status->run, seen[child].run_time = now;
    if (now - seen[child].calls_time > PATIENCE * second)
        fuzz_stand(
            "core %u does not come: %lu calls of %lu; its condition is %lu, its run %lu, that of the fuzzer "
            "%lu; the last end %lu, %ld, at %lx",
            child, calls, board->quota, status->condition, status->run, run, status->reason, status->status,
            status->rip);
    if (status->run != run && now - seen[child].run_time > second)
        core_halt(core_of(child));
}

/* A core that has not arrived: has it go on. */
static void
child_push(unsigned child)
{
    static unsigned failed; /* starts, one after another */
    struct core_status status;
    if (core_stat(core_of(child), &status, sizeof(status)) < 0)
        return; /* the page of the status was not to be had */
    if (status.condition == CORE_HALTED || status.condition == CORE_FREE) {
        child_judge(child, &status);
        int64_t error = child_start(child, false);
        failed = error < 0 && error != E_BUSY ? failed + 1 : 0;
        if (failed > 0)
            room_make_more(failed);
    } else if (status.condition == CORE_SLEEPING) {
        core_wake(core_of(child));
    }
    child_watch(child, &status);
}

static void
round_gather(uint64_t round)
{
    for (unsigned child = 1; child < board->cores; child++)
        seen[child].calls_time = clock_now();
    for (unsigned child = 1; child < board->cores;) {
        if (word_get(board->failed))
            program_exit(STATUS_FAILED);
        if (word_get(board->seat[child].arrived) == round)
            child++;
        else
            child_push(child);
        __builtin_ia32_pause();
    }
}

/* Anywhere in a round, or when all wait for the next. */
static void
team_audit(const char *when)
{
    uint64_t mismatches = books_audit();
    if (mismatches != 0)
        fuzz_wrong("%lu mismatches %s round %lu", mismatches, when, board->round);
    word_add(board->audits, 1);
}

/* Between two rounds no core makes a call. */
static void
round_end(void)
{
    team_audit("after");
    if (random_below(CLEAR_ONE_IN) == 0)
        share_clear(COMMON);
    for (unsigned i = 0; i < PATCHES; i++)
        if (patch_segment[i] != 0)
            patch_check(i);
}

/* Some core, of which this may be one, is halted, or started, if it was: mostly with the fuzzer, now and then with
 * something that cannot go on. */
static void
start_some(void)
{
    struct core_status status;
    if (board->cores < 2)
        return;
    unsigned child = 1 + random_below(board->cores - 1);
    if (chance(HALT_PERCENT))
        core_halt(core_of(child));
    if (core_stat(core_of(child), &status, sizeof(status)) < 0)
        return;
    if (status.condition == CORE_HALTED && status.reason != END_FAULT)
        child_start(child, chance(20));
}

static void
team_report(void)
{
    print("fuzz: %lu cores, %lu audits, %lu times no page; programs: %lu started, %lu not, %lu to fail; core "
          "0 found %lu "
          "halted, %lu ended\n",
          board->cores, board->audits, board->rooms, board->starts, board->refused, board->torn, board->halts,
          board->exits);
}

/* Of core 0: so many calls of all cores together. */
static void
team_rounds(uint64_t calls, void (*once)(void))
{
    for (uint64_t made = 0; made < calls; made += ROUND_CALLS) {
        uint64_t quota = board->quota + ROUND_CALLS / board->cores;
        word_set(board->quota, quota);
        uint64_t round = word_add(board->round, 1);
        for (unsigned child = 1; child < board->cores; child++)
            core_wake(core_of(child));
        for (; board->seat[0].calls < quota; board->seat[0].calls++) {
            team_step(once);
            if (random_below(AUDIT_ONE_IN) == 0)
                team_audit("in");
        }
        hog_drop();
        round_gather(round);
        round_end();
    }
}

#endif
