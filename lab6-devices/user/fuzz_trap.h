/* The fuzzer's own traps, and what a program does not simply come back from; included by fuzz.c alone. */
#ifndef COREY_FUZZ_TRAP_H
#define COREY_FUZZ_TRAP_H

#include "fuzz_board.h"
#include "trap_round.h"

#define TRAP_STACK (4 * PAGE)

static _Alignas(PAGE) struct trap_area trap_area;
static _Alignas(PAGE) char trap_stack[TRAP_STACK];
static bool trap_expected;   /* it is under way */
static uint64_t touch_over;  /* where MEMORY_TRY goes on after a fault; 0: it is not under way */
static uint64_t touch_cause; /* of its last fault */

/* A segment of which this core touches more and more pages, until there are none: so that memory does come to its
 * end. */
#define HOG       0x1b0000000000ul
#define HOG_PAGES 4096
static struct {
    uint64_t segment; /* id; 0: none */
    uint64_t next;    /* page */
} hog;

static void
hog_drop(void)
{
    if (hog.segment == 0)
        return;
    segment_set_nbytes(HANDLE(1, hog.segment), 0);
    at_unmap(boot_page->root, HOG, HOG_PAGES * PAGE);
    share_delobj(HANDLE(1, hog.segment));
    hog.segment = 0;
}

/* --- room ------------------------------------------------------------------------------------------------------- */

static bool
is_own(uint64_t id)
{
    for (unsigned i = 0; i < own_count; i++)
        if (own[i] == id)
            return true;
    for (unsigned i = 0; i < PATCHES; i++)
        if (patch_segment[i] == id)
            return id != 0;
    return id != 0 && id == hog.segment;
}

/* Takes all that is not the fuzzer's own out of a share in this core's set. */
static void
share_clear(uint64_t share)
{
    struct share_entry entries[OWN_MOST];
    struct call_result list = {0, 0};
    do {
        list = share_list_pair(share, entries, sizeof(entries), list.second);
        for (int64_t i = 0; i < list.value; i++)
            if (!is_own(entries[i].id) && (team || entries[i].type != OBJECT_CORE))
                share_delobj(share | entries[i].id);
    } while (list.value > 0 && list.second != 0);
}

/* Gives up all that the fuzzer has made, which is what may have taken the last page. */
static void
room_make(void)
{
    hog_drop();
    share_clear(OWN_SHARE);
    for (unsigned slot = team ? 3 : 2; slot < HANDLE_SLOTS; slot++)
        self_drop(HANDLE(slot, 0));
    at_unmap(boot_page->root, WINDOW, WINDOW_SIZE);
    at_unmap(boot_page->root, CORNER_ADDRESS, CORNER_PAGES * PAGE);
    if (team)
        share_clear(COMMON);
}

/* Halts all other cores: what they hold comes back. */
static void
children_halt(void)
{
    static struct core_status status; /* the stack may be what has no page */
    for (unsigned child = 1; child < board->cores; child++) {
        uint64_t core = COMMON | board->core[child], begin = clock_now();
        core_halt(core);
        while (core_stat(core, &status, sizeof(status)) > 0 && status.condition != CORE_HALTED &&
               status.condition != CORE_FREE) {
            if (clock_now() - begin > PATIENCE * boot_page->ticks_per_second)
                fuzz_stand("core %u was halted and goes on: condition %lu", child, status.condition);
            __builtin_ia32_pause();
        }
    }
}

/* Memory is at its end, at the same place for the `times`-th time. What this core holds goes first; then, of a child,
 * the child itself. Core 0 waits for others to give something up, which they do at the end of the round at the latest;
 * where that does not help, it halts them. */
static void
room_make_more(unsigned times)
{
    if (times == 1)
        return; /* an allocation was made to fail, and the next will not */
    room_make();
    if (times > 2 && number > 0)
        program_exit(STATUS_NO_ROOM);
    if (team) {
        word_add(board->rooms, 1);
        __builtin_ia32_pause();
        if (times % 200 == 0)
            children_halt();
    }
    if (times > 1000)
        fuzz_wrong("no page, though all was given up");
}

/* --- traps ------------------------------------------------------------------------------------------------------ */

/* Whatever fault a hostile frame leads to, the handler loads `back`; MEMORY_TRY goes on behind its access. Where the
 * fuzzer itself finds no page, it makes room. Any other trap is its own mistake, or the kernel's. */
static void
trap_handler(struct trap_area *area)
{
    static uint64_t short_of; /* address */
    static unsigned times;
    if (trap_expected)
        trap_return(&back);
    if (touch_over != 0) {
        area->frame.rip = touch_over;
        touch_cause = area->cause;
        trap_return(&area->frame);
    }
    if (area->cause == TRAP_NO_PAGE) {
        times = area->address == short_of ? times + 1 : 1;
        short_of = area->address;
        room_make_more(times);
        trap_return(&area->frame);
    }
    fuzz_wrong("trap %lu at %lx, vector %lu, error %lx, address %lx", area->cause, area->frame.rip,
               area->vector, area->error, area->address);
}

/* One `move` between the word at `address` and `value`, where there may be nothing; false: there was not. The flag is
 * looked at by the handler alone. */
#define MEMORY_TRY(move, address, value)                                                                     \
    ({                                                                                                       \
        uint64_t done = 0, scratch;                                                                          \
        __asm__ volatile(                                                                                    \
            "lea 1f(%%rip), %[scratch]\n\t"                                                                  \
            "mov %[scratch], %[over]\n\t" move "\n\t"                                                        \
            "mov $1, %[done]\n"                                                                              \
            "1:\n\t"                                                                                         \
            "movq $0, %[over]"                                                                               \
            : [done] "+&r"(done), [scratch] "=&r"(scratch), [over] "+m"(touch_over), [word] "+&r"(value)     \
            : [at] "r"(address)                                                                              \
            : "memory");                                                                                     \
        done != 0;                                                                                           \
    })

static bool
memory_write_try(uint64_t *address, uint64_t value)
{
    return MEMORY_TRY("mov %[word], (%[at])", address, value);
}

static bool
memory_read_try(const uint64_t *address, uint64_t *value)
{
    return MEMORY_TRY("mov (%[at]), %[word]", address, *value);
}

/* Whether the frame at `address` may have the processor execute something. Whatever that is, it may as well be the
 * fuzzer's own text, anywhere in it and with any registers: it may then end, or go round for ever. Where nothing can be
 * executed, the frame leads to a fault. */
static bool
frame_runs(uint64_t address)
{
    uint64_t rip = 0, start = (uint64_t)arena.header;
    if (corner.on && address == corner.address)
        return false; /* zeros; and a look would bring the page */
    if (!memory_read_try((const uint64_t *)(address + offsetof(struct user_frame, rip)), &rip))
        return touch_cause == TRAP_NO_PAGE; /* it may be there when the kernel looks */
    return rip >= USER_BASE && rip >> 47 == 0 && !(rip >= start && rip < start + ARENA_PAGES * PAGE);
}

static void
trap_set_own(void)
{
    /* The first failure may be one that was asked for; from then on memory is at its end. */
    for (unsigned failed = 0; core_set_trap(&trap_area, trap_handler, trap_stack + TRAP_STACK) < 0;)
        room_make_more(++failed);
}

static void
hog_step(void)
{
    if (chance(30))
        hog_drop();
    if (hog.segment == 0) {
        int64_t segment = segment_alloc(OWN_SHARE, 0, MEMORY_HERE);
        if (segment < 0)
            return;
        hog.segment = handle_id(segment);
        hog.next = 0;
        segment_set_nbytes(segment, HOG_PAGES * PAGE);
        at_set_seg(boot_page->root, HOG, segment, 0, HOG_PAGES * PAGE, PERM_R | PERM_W);
    }
    for (unsigned i = 0; i < 512 && hog.next < HOG_PAGES; i++, hog.next++)
        if (!memory_write_try((uint64_t *)(HOG + hog.next * PAGE), hog.next))
            return;
}

#endif
