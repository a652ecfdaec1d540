/* Running one kernel test, and what tests are helped with. */
#include "test.h"

#include "console.h"
#include "context.h"
#include "core.h"
#include "limbo.h"
#include "machine.h"
#include "panic.h"
#include "result.h"
#include "string.h"

/* Whether one of the names chooses the test. */
static bool
names_choose(const char *names, const char *name)
{
    for (;;) {
        size_t length = 0;
        while (names[length] != '\0' && names[length] != ',')
            length++;
        bool any = length > 0 && names[length - 1] == '*';
        if (strncmp(names, name, length - any) == 0 && (any || name[length] == '\0'))
            return true;
        if (names[length] == '\0')
            return false;
        names += length + 1;
    }
}

bool
test_is_early(const char *names)
{
    bool any = false;
    TABLE_EACH (test, const struct test, entry) {
        if (!names_choose(names, (*entry)->name))
            continue;
        if (!(*entry)->early)
            return false;
        any = true;
    }
    return any;
}

static void
test_run_one(const struct test *test)
{
    result_record("start", "{\"test\":\"%s\"}", test->name);
    test->run();
    console_print("passed: %s\n", test->name);
    result_record("pass", "{\"test\":\"%s\"}", test->name);
}

/* The name that begins most like this one. */
static const char *
test_nearest(const char *name)
{
    const char *nearest = "";
    size_t most = 0;
    TABLE_EACH (test, const struct test, entry) {
        size_t same = 0;
        while (name[same] != '\0' && name[same] == (*entry)->name[same])
            same++;
        if (same > most) {
            most = same;
            nearest = (*entry)->name;
        }
    }
    return nearest;
}

/* Ends the machine where no test has the name. */
__attribute__((noreturn)) static void
test_unknown(const char *names)
{
    char what[300], quoted[400];
    machine_claim_end();
    const char *nearest = test_nearest(names);
    format_text(what, sizeof what, "this kernel has no test named %s%s%s%s`test` in the monitor lists them",
                names, *nearest == '\0' ? ": " : "; did you mean ", nearest, *nearest == '\0' ? "" : "? ");
    console_print("%s\n", what);
    result_record("unknown", "{\"what\":%s}", json_quote(quoted, sizeof quoted, what));
    machine_exit(EXIT_FAILED);
}

void
test_run(const char *names)
{
    unsigned count = 0;
    TABLE_EACH (test, const struct test, entry) {
        if (names_choose(names, (*entry)->name)) {
            test_run_one(*entry);
            count++;
        }
    }
    if (count == 0)
        test_unknown(names);
    machine_claim_end();
    machine_exit(EXIT_GOOD);
}

/* Ends the machine; `values` is said of what differs, on the console and as fields of the record, or is empty. */
__attribute__((noreturn)) static void
test_end(const char *kind, const char *file, int line, const char *what, const char *values,
         const char *fields)
{
    char quoted[400];
    machine_claim_end();
    console_print("%s:%d: %s: %s%s\n", file, line, kind, what, values);
    result_record("fail", "{\"kind\":\"%s\",\"file\":\"%s\",\"line\":%d,\"what\":%s%s}", kind, file, line,
                  json_quote(quoted, sizeof quoted, what), fields);
    machine_exit(EXIT_FAILED);
}

void
test_fail(const char *kind, const char *file, int line, const char *what, int64_t expected, int64_t seen)
{
    char values[120], fields[80];
    format_text(values, sizeof values, ": expected %ld (0x%lx), seen %ld (0x%lx)", expected, expected, seen,
                seen);
    format_text(fields, sizeof fields, ",\"expected\":%ld,\"seen\":%ld", expected, seen);
    test_end(kind, file, line, what, values, fields);
}

void
test_fail_condition(const char *file, int line, const char *what)
{
    test_end("mismatch", file, line, what, "", "");
}

void
test_compare(const char *file, int line, const char *what, const char *expected, const char *seen)
{
    char values[300], fields[400], expected_quoted[160], seen_quoted[160];
    if (seen == NULL)
        seen = "no text";
    if (strcmp(expected, seen) == 0)
        return;
    format_text(values, sizeof values, ": expected %s, seen %s", expected, seen);
    format_text(fields, sizeof fields, ",\"expected\":%s,\"seen\":%s",
                json_quote(expected_quoted, sizeof expected_quoted, expected),
                json_quote(seen_quoted, sizeof seen_quoted, seen));
    test_end("mismatch", file, line, what, values, fields);
}

const char *
test_what_at(const char *what, const char *place, int64_t index)
{
    static char text[200];
    format_text(text, sizeof text, "%s, where %s is %ld", what, place, index);
    return text;
}

void
test_show(const char *format, ...)
{
    char text[300], quoted[400];
    va_list arguments;
    va_start(arguments, format);
    format_arguments(text, sizeof text, format, arguments);
    va_end(arguments);
    console_print("%s\n", text);
    result_record("shown", "{\"text\":%s}", json_quote(quoted, sizeof quoted, text));
}

void
test_cross(void)
{
    /* An item takes two turns at most: one notes where the cores are, the next finds that they have moved. */
    size_t freed;
    do {
        core_enter();
        freed = limbo_turn();
        core_enter();
        freed += limbo_turn();
    } while (freed > 0);
}

uint64_t
test_random(void)
{
    static uint64_t state;
    if (state == 0) {
        char seed[24];
        state = 1;
        if (command_value("seed", seed, sizeof seed) != NULL) {
            state = 0;
            for (const char *digit = seed; *digit >= '0' && *digit <= '9'; digit++)
                state = state * 10 + (uint64_t)(*digit - '0');
            state = state == 0 ? 1 : state;
        }
    }
    state ^= state << 13; /* xorshift64: Marsaglia, "Xorshift RNGs", 2003 */
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

bool
test_panics(void (*body)(void *), void *argument)
{
    struct context context;
    if (context_save(&context) != 0) {
        *CORE_OWN(panic_catch) = NULL;
        return true;
    }
    *CORE_OWN(panic_catch) = &context;
    body(argument);
    *CORE_OWN(panic_catch) = NULL;
    return false;
}

uint32_t
test_add_core(void)
{
    struct core *core = core_make(UINT32_MAX); /* the processor knows no such core */
    core_add(core);
    return core->index;
}

void
test_as_core(uint32_t index)
{
    msr_write(MSR_GS_BASE, (uint64_t)CORE_AT(index, core_words));
}
