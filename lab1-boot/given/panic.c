/* The end of the kernel. Waits for no lock for ever, so that it works whatever was going on. */
#include "panic.h"

#include "backtrace.h"
#include "console.h"
#include "context.h"
#include "core.h"
#include "lock.h"
#include "machine.h"
#include "result.h"
#include "trap.h"

#define LOCK_PATIENCE (1ul << 31) /* clock_ticks(): about a second, on a clock that nobody has measured yet */

PER_CORE struct context *panic_catch;
struct trap_frame panic_caught;
static uint32_t panic_core; /* index of the core that panics + 1; 0: none. The first to set it speaks */

__attribute__((noreturn)) static void
core_stop(void)
{
    for (;;)
        __asm__ volatile("cli; hlt");
}

bool
panic_under_way(void)
{
    uint32_t core = __atomic_load_n(&panic_core, __ATOMIC_RELAXED); /* guards no other data */
    if (core != 0 && core != core_index() + 1)
        core_stop();
    return core != 0;
}

bool
panic_lock(struct ticket_lock *lock)
{
    if (!panic_under_way()) {
        ticket_lock(lock);
        return true;
    }
    uint64_t start = clock_ticks();
    while (!ticket_held(lock) && clock_ticks() - start < LOCK_PATIENCE) {
        if (ticket_trylock(lock))
            return true;
        cpu_pause();
    }
    return false;
}

/* Makes this core the one that panics. Where another is at it already, waits for its end; where this one is, the
 * panic itself is broken. */
static void
panic_claim(void)
{
    uint32_t own = core_index() + 1, seen = 0;
    if (__atomic_compare_exchange_n(&panic_core, &seen, own, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        return;
    if (seen == own)
        machine_off(EXIT_PANIC);
    core_stop();
}

static void
registers_print(const struct trap_frame *f)
{
    console_print("rip %016lx  rsp %016lx  flags %lx  cs %lx  ss %lx\n", f->rip, f->rsp, f->rflags, f->cs,
                  f->ss);
    console_print("rax %016lx  rbx %016lx  rcx %016lx  rdx %016lx\n", f->rax, f->rbx, f->rcx, f->rdx);
    console_print("rsi %016lx  rdi %016lx  rbp %016lx  r8  %016lx\n", f->rsi, f->rdi, f->rbp, f->r8);
    console_print("r9  %016lx  r10 %016lx  r11 %016lx  r12 %016lx\n", f->r9, f->r10, f->r11, f->r12);
    console_print("r13 %016lx  r14 %016lx  r15 %016lx\n", f->r13, f->r14, f->r15);
}

/* The record: the message, and where it was said. It comes before the calls: those are exercise 1.5's to find, and what
 * goes wrong there must not hide what went wrong first. */
static void
panic_report(const char *what, uint64_t address)
{
    static char quoted[600];
    char line[120], line_quoted[160];
    code_line_format(line, sizeof line, address);
    console_print("    %s\n", line);
    result_record("panic", "{\"what\":%s,\"at\":%s}", json_quote(quoted, sizeof quoted, what),
                  json_quote(line_quoted, sizeof line_quoted, line));
}

/* The calls that led there, as a record, and on the console, where `at` stands already. */
static void
panic_calls(const uint64_t *calls, size_t count, uint64_t at)
{
    static char list[2600]; /* with the rest of the line less than RESULT_MAX */
    char line[120], line_quoted[160];
    size_t used = 0;
    list[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        code_line_format(line, sizeof line, calls[i]);
        if (calls[i] != at)
            console_print("    %s\n", line);
        if (used + sizeof line_quoted < sizeof list)
            used += format_text(list + used, sizeof list - used, "%s%s", i == 0 ? "" : ",",
                                json_quote(line_quoted, sizeof line_quoted, line));
    }
    result_record("backtrace", "{\"calls\":[%s]}", list);
}

__attribute__((noreturn)) static void
panic_arguments(const struct trap_frame *frame, uint64_t at, uint64_t rbp, const char *format,
                va_list arguments)
{
    const struct context *catch = *CORE_OWN(panic_catch);
    if (catch != NULL) {
        panic_caught = frame != NULL ? *frame : (struct trap_frame){};
        context_load(catch, 1);
    }
    panic_claim();

    static char what[400];
    format_arguments(what, sizeof what, format, arguments);
    console_print("\npanic on core %u: %s\n", core_index(), what);

    uint64_t calls[BACKTRACE_MAX];
    size_t count = 0;
    if (frame != NULL) {
        registers_print(frame);
        calls[count++] = frame->rip;
    }
    panic_report(what, at);
    count += backtrace_walk(rbp, calls + count, BACKTRACE_MAX - count);
    panic_calls(calls, count, at);
    machine_exit(EXIT_PANIC);
}

void
panic(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    panic_arguments(NULL, (uint64_t)__builtin_return_address(0) - 1, (uint64_t)__builtin_frame_address(0),
                    format, arguments);
}

void
panic_at(const struct trap_frame *frame, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    panic_arguments(frame, frame->rip, trap_from_ring3(frame) ? 0 : frame->rbp, format, arguments);
}
