/* What a failed check, and a hole, leave behind. */
#include "check.h"

#include "hole.h"
#include "print.h"
#include "start.h"

void
check_failed(const char *file, int line, const char *what, int64_t expected, int64_t seen)
{
    char plain[100]; /* what stands between quotes in the record */
    unsigned length = 0;
    for (; what[length] != '\0' && length < sizeof(plain) - 1; length++)
        plain[length] = what[length] == '"' || what[length] == '\\' ? '\'' : what[length];
    plain[length] = '\0';
    print("%s:%d: mismatch: %s: expected %ld (0x%lx), seen %ld (0x%lx)\n", file, line, what, expected,
          expected, seen, seen);
    record(
        "fail "
        "{\"kind\":\"mismatch\",\"file\":\"%s\",\"line\":%d,\"what\":\"%s\",\"expected\":%ld,\"seen\":%ld}",
        file, line, plain, expected, seen);
    program_exit(1);
}

void
hole(const char *exercise)
{
    print("exercise %s is not written yet: the README.md of lab %c says what it asks for\n", exercise,
          exercise[0]);
    record("hole {\"exercise\":\"%s\"}", exercise);
    program_exit(HOLE_STATUS);
}
