/* Tests of 1.5. */
#include "backtrace.h"

#include "context.h"
#include "string.h"
#include "test.h"

static uint64_t calls[BACKTRACE_MAX];
static size_t call_count;
static struct context context;

/* Frames made by hand, on this stack: the walk must believe just what the contract says. */
TEST(backtrace_frames)
{
    uint64_t frame[8] = {(uint64_t)&frame[2], 0x1001, (uint64_t)&frame[6], 0x2001, 77, 77, 0, 0x3001};
    uint64_t found[4] = {};
    check_equal(3, backtrace_walk((uint64_t)frame, found, 4));
    unsigned behind = (found[0] == 0x1001) + (found[1] == 0x2001) + (found[2] == 0x3001);
    check_values("mismatch", "return addresses, which lie behind their calls", 0, behind);
    check_equal(0x1000, found[0]);
    check_equal(0x2000, found[1]);
    check_equal(0x3000, found[2]); /* the first frame of a stack counts, and ends the walk */
    check_equal(0, found[3]);

    check_equal(2, backtrace_walk((uint64_t)frame, found, 2));
    check_equal(0, backtrace_walk((uint64_t)frame, found, 0));
    check_equal(0, backtrace_walk(0, found, 4));
}

/* What is no frame is not read: most of these would fault. */
TEST(backtrace_broken_frames)
{
    uint64_t frame[4] = {0, 0x1001, 0, 0x2001}, found[4];
    const uint64_t broken[] = {8, 0x123456789abcd000, UINT64_MAX - 7, (uint64_t)frame + 4, (uint64_t)calls};
    for (size_t i = 0; i < ARRAY_LENGTH(broken); i++) {
        check_equal_at(i, 0, backtrace_walk(broken[i], found, 4));
        frame[0] = broken[i];
        check_equal_at(i, 1, backtrace_walk((uint64_t)frame, found, 4));
    }
}

/* A caller's frame lies above: a frame that says it lies below, or is itself, is the last. */
TEST(backtrace_frames_climb)
{
    uint64_t frame[4] = {0, 0x1001, 0, 0x2001}, found[4];
    frame[2] = (uint64_t)frame;
    check_equal(1, backtrace_walk((uint64_t)&frame[2], found, 4));
    frame[0] = (uint64_t)frame;
    check_equal(1, backtrace_walk((uint64_t)frame, found, 4));
}

#define LINE_HERE() (__LINE__)
static unsigned inner_line, outer_line;

__attribute__((noinline)) static void
walk_inner(void)
{
    call_count = backtrace_walk((uint64_t)__builtin_frame_address(0), calls, BACKTRACE_MAX);
}

__attribute__((noinline)) static int
walk_middle(int n)
{
    inner_line = LINE_HERE(), walk_inner();
    return n + 1;
}

__attribute__((noinline)) static int
walk_outer(int n)
{
    outer_line = LINE_HERE(), n = walk_middle(n);
    return n * 2;
}

static void
expect_calls(size_t least)
{
    if (call_count < least)
        test_show("the walk found %lu calls; at least %lu are under way", call_count, least);
    check(call_count >= least);
}

static void
expect_call(uint64_t address, const char *function, unsigned line)
{
    struct code_line code = code_line_find(address);
    if (code.function == NULL || code.file == NULL)
        test_show("0x%lx is in no function whose name and file are known", address);
    check(code.function != NULL && code.file != NULL);
    char name[40];
    string_copy(name, code.function,
                minimum(strlen(function) + 1, sizeof name)); /* the compiler may append .part */
    check_text(function, name);
    check_text("lab1-boot/test/backtrace.c", code.file);
    check(code.offset > 0);
    check_equal(line, code.line);
}

/* Real calls, with names and lines, down to the first. */
TEST(backtrace_names)
{
    check_equal(4, walk_outer(1));
    expect_calls(4);
    expect_call(calls[0], "walk_middle", inner_line);
    expect_call(calls[1], "walk_outer", outer_line);
    check_text("test_backtrace_names", code_line_find(calls[2]).function);
    check_text("stack_switch", code_line_find(calls[call_count - 1]).function);
}

__attribute__((noinline, noreturn)) static void
walk_and_leave(void)
{
    walk_inner();
    context_load(&context, 1);
}

/* The call is the function's last instruction: the return address belongs to what stands behind it. */
__attribute__((noinline, noreturn)) static void
never_comes_back(void)
{
    outer_line = LINE_HERE(), walk_and_leave();
}

TEST(backtrace_callee_never_returns)
{
    if (context_save(&context) == 0)
        never_comes_back();
    expect_calls(3);
    expect_call(calls[1], "never_comes_back", outer_line);
}

TEST(backtrace_unknown_address)
{
    check(code_line_find(0).function == NULL);
    check(code_line_find((uint64_t)&call_count).function == NULL);
    char text[40];
    code_line_format(text, sizeof text, 0xabc);
    check_text("0xabc", text);
}
