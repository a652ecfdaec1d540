/* The end of a kernel that reaches an exercise which is not written yet.
 *
 * It may be met on the way of something else that ends the kernel: a panic asks for exercise 1.5's backtrace, and a
 * trap comes in by 1.4's stubs. Then that is what happened first, and is said as well: a panic has left its record by
 * then, and of a trap the hole's own record tells. */
#include "hole.h"

#include "backtrace.h"
#include "console.h"
#include "core.h"
#include "machine.h"
#include "paging.h"
#include "panic.h"
#include "result.h"
#include "trap.h"

#define STUB_MOST 64 /* bytes of a stub that is a hole; it has fewer */

/* What is known of the trap on whose way a hole was met. */
struct trap_met {
    uint64_t vector, error, rip;
    bool from_ring3;
};

/* Whether nobody can have meant this trap: a fault of the kernel that no handler is there for and no test waits for. */
static bool
trap_is_mistake(const struct trap_met *met)
{
    bool traps = met->vector == VECTOR_DEBUG || met->vector == VECTOR_NMI ||
                 met->vector == VECTOR_BREAKPOINT || met->vector == VECTOR_OVERFLOW;
    bool handled = met->vector == VECTOR_PAGE && trap_handlers[VECTOR_PAGE] != NULL;
    return met->vector < 32 && !traps && !handled && !met->from_ring3 && *CORE_OWN(panic_catch) == NULL;
}

/* `met` null: there was no trap. */
__attribute__((noreturn)) static void
hole_report(const char *exercise, const struct trap_met *met)
{
    machine_claim_end();
    console_print("exercise %s is not written yet: the README.md of lab %c says what it asks for\n", exercise,
                  exercise[0]);
    if (met == NULL) {
        result_record("hole", "{\"exercise\":\"%s\"}", exercise);
        machine_exit(EXIT_HOLE);
    }
    char line[120], quoted[160], what[120];
    code_line_format(line, sizeof line, met->rip);
    format_text(what, sizeof what, "%s (vector %lu, error 0x%lx, cr2 0x%lx)", trap_name(met->vector),
                met->vector, met->error, cr2_read());
    console_print("it was met on the way of %s at %s\n", what, line);
    result_record("hole", "{\"exercise\":\"%s\",\"trap\":\"%s\",\"at\":%s,\"mistake\":%s}", exercise, what,
                  json_quote(quoted, sizeof quoted, line), trap_is_mistake(met) ? "true" : "false");
    machine_exit(EXIT_HOLE);
}

/* The frame of the trap that trap_dispatch was called for, if it is what called the function with this frame: it lies
 * above the two words that trap_common has pushed as a frame of its own (trap_entry.asm). Null: it is not. */
static const struct trap_frame *
frame_dispatched(const uint64_t *own)
{
    extern char trap_dispatched[]; /* trap_entry.asm: behind the call */
    const uint64_t *caller = (const uint64_t *)own[0];
    if (!stack_holds((uint64_t)caller, 2 * sizeof *caller) || caller[1] != (uint64_t)trap_dispatched)
        return NULL;
    uint64_t frame = caller[0] + 2 * sizeof *caller;
    return stack_holds(frame, sizeof(struct trap_frame)) ? (const struct trap_frame *)frame : NULL;
}

void
hole(const char *exercise)
{
    const struct trap_frame *frame = frame_dispatched(__builtin_frame_address(0));
    if (frame == NULL)
        hole_report(exercise, NULL);
    hole_report(exercise,
                &(struct trap_met){frame->vector, frame->error, frame->rip, trap_from_ring3(frame)});
}

/* The vector whose stub the address lies in, where the stubs are holes; TRAP_VECTORS: in none. */
static uint64_t
vector_of_stub(uint64_t address)
{
    for (uint64_t vector = 0; vector < TRAP_VECTORS; vector++) {
        uint64_t stub = (uint64_t)trap_stubs[vector];
        uint64_t end = vector + 1 < TRAP_VECTORS ? (uint64_t)trap_stubs[vector + 1] : stub + STUB_MOST;
        if (address >= stub && address < end)
            return vector;
    }
    return TRAP_VECTORS;
}

/* Called by hole_enter (trap_entry.asm) for a hole in assembly, with the stack pointer that it was reached with: in a
 * stub of 1.4 it points to what the processor has pushed. */
__attribute__((noreturn)) void hole_entered(const char *exercise, uint64_t stack);

void
hole_entered(const char *exercise, uint64_t stack)
{
    uint64_t vector = vector_of_stub((uint64_t)exercise);
    bool has_error = vector < 32 && (VECTORS_WITH_ERROR >> vector & 1);
    uint64_t pushed = stack + (has_error ? sizeof(uint64_t) : 0);
    if (vector == TRAP_VECTORS || stack % sizeof(uint64_t) != 0 || !stack_holds(stack, 6 * sizeof(uint64_t)))
        hole_report(exercise, NULL);
    const struct {
        uint64_t rip, cs;
    } *from = (const void *)pushed;
    hole_report(exercise, &(struct trap_met){vector, has_error ? *(const uint64_t *)stack : 0, from->rip,
                                             (from->cs & 3) == 3});
}
