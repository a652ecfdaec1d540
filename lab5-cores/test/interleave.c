/* Interleaving by single steps (interleave.h). */
#include "interleave.h"

#include "core.h"
#include "machine.h"
#include "panic.h"
#include "result.h"
#include "trap.h"

#define FLAG_TRAP  (1ul << 8) /* rflags.TF */
#define FLAG_FIXED (1ul << 1) /* always set */
#define STEPS_MOST 20000      /* of one run; what comes to an end needs a few hundred */

static struct run {
    const struct interleaving *functions;
    unsigned current;       /* who runs: 0 first, 1 second */
    bool ended[2], cut[2];  /* has returned; had to stop before */
    struct trap_frame away; /* the registers of the other */
    uint64_t left, reply;   /* steps of the current turn; of second's first one */
    uint64_t steps;
} run;

static bool stepping;
static _Alignas(16) char second_stack[8192];

static bool
run_must_switch(void)
{
    if (run.ended[run.current])
        return run.current == 1 || !run.ended[1]; /* first goes on to the end of the run */
    return --run.left == 0 && !run.ended[!run.current];
}

/* The other goes on when the trap returns. */
static void
run_switch(struct trap_frame *frame)
{
    struct trap_frame other = run.away;
    run.away = *frame;
    *frame = other;
    run.left = run.current == 0 && !run.cut[0] ? run.reply : run.functions->quantum;
    run.cut[run.current] |= !run.ended[run.current];
    run.current = !run.current;
    test_as_core(run.current);
}

TRAP_HANDLER(02, test_interleave, VECTOR_DEBUG)
{
    if (!stepping || trap_from_ring3(frame))
        return false;
    if (panic_under_way() || machine_is_ending()) {
        frame->rflags &= ~FLAG_TRAP; /* the report is nobody's turn */
        return true;
    }
    if (++run.steps > STEPS_MOST)
        check(!"the two do not end");
    if (run_must_switch())
        run_switch(frame);
    return true;
}

/* Where second starts. It never returns: what called it has its stack no more. */
static void
second_begin(void)
{
    run.functions->second();
    run.ended[1] = true;
    for (;;)
        cpu_pause();
}

static void
run_once(const struct interleaving *functions, uint64_t lead, uint64_t reply)
{
    run = (struct run){.functions = functions, .left = lead, .reply = reply};
    run.away = (struct trap_frame){
        .rip = (uint64_t)second_begin,
        .cs = SELECTOR_KERNEL_CODE,
        .ss = SELECTOR_KERNEL_DATA,
        .rflags = FLAG_FIXED | FLAG_TRAP,
        .rsp = (uint64_t)&second_stack[sizeof second_stack - 8], /* as after a call */
    };
    stepping = true;
    __asm__ volatile("pushfq; orq %0, (%%rsp); popfq" ::"i"(FLAG_TRAP) : "memory", "cc");
    functions->first();
    run.ended[0] = true;
    while (!__atomic_load_n(&run.ended[1], __ATOMIC_RELAXED)) /* the trap's handler sees to it */
        cpu_pause();
    __asm__ volatile("pushfq; andq %0, (%%rsp); popfq" ::"i"(~(int)FLAG_TRAP) : "memory", "cc");
    stepping = false;
}

/* One after the other, with no traps: what fails even so, or is not written yet, says so plainly. */
static void
run_in_turn(const struct interleaving *functions, uint32_t other)
{
    if (functions->ready != NULL)
        functions->ready();
    functions->first();
    test_as_core(other);
    functions->second();
    test_as_core(0);
    functions->judge();
}

uint64_t
interleave(const struct interleaving *functions)
{
    run_in_turn(functions, test_add_core());
    uint64_t runs = 0;
    for (uint64_t lead = 1;; lead++)
        for (uint64_t reply = 1; reply <= functions->reply_most; reply++) {
            if (functions->ready != NULL)
                functions->ready();
            run_once(functions, lead, reply);
            functions->judge();
            runs++;
            if (!run.cut[0])
                return runs; /* first was through before second began: so it is with every longer lead */
            if (!run.cut[1])
                break; /* second was through in one piece */
        }
}
