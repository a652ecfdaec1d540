/* Tests of text: formats, JSON, the C string functions, the command line. */
#include "console.h"
#include "result.h"
#include "string.h"
#include "test.h"

#define check_format(wanted, ...)                                                                            \
    do {                                                                                                     \
        char text[80];                                                                                       \
        check_equal(strlen(wanted), format_text(text, sizeof text, __VA_ARGS__));                            \
        check_text(wanted, text);                                                                            \
    } while (0)

TEST(console_format)
{
    check_format("0 -1 -2147483648 4294967295", "%d %d %d %u", 0, -1, INT32_MIN, UINT32_MAX);
    check_format("-9223372036854775808 ffffffffffffffff", "%ld %lx", INT64_MIN, UINT64_MAX);
    check_format("|   42|42   |00042|-0042|", "|%5d|%-5d|%05d|%05d|", 42, 42, 42, -42);
    check_format("|  abc|abc  |x|%|", "|%5s|%-5s|%c|%%|", "abc", "abc", 'x');
    check_format("0xdead 123456", "%p %3d", (void *)0xdead, 123456);
}

TEST(console_format_cuts)
{
    char text[8] = "#######";
    check_equal(10, format_text(text, 5, "%s", "0123456789"));
    check_equal(0, memcmp("0123\0##", text, sizeof text));
    check_equal(3, format_text(text, 1, "%d", 123));
    check_equal('\0', text[0]);
}

TEST(console_json)
{
    char text[24];
    check_text("\"a\\u0022b\\u005c\\u000a\"", json_quote(text, sizeof text, "a\"b\\\n"));
    check_text("\"aaaaaaaaaaaaaaaa\"", json_quote(text, sizeof text, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
    check_text("\"\"", json_quote(text, sizeof text, ""));
}

TEST(console_strings)
{
    char bytes[] = "0123456789";
    memmove(bytes + 2, bytes, 6);
    check_text("0101234589", bytes);
    memmove(bytes, bytes + 2, 6);
    check_text("0123454589", bytes);
    memset(bytes + 1, 'x', 9);
    check_text("0xxxxxxxxx", bytes);
    check(strcmp("abc", "abd") < 0 && strcmp("b", "abc") > 0 && strcmp("ab", "abc") < 0);
    check(strncmp("abc", "abd", 2) == 0);
    check(memcmp("\x01", "\xff", 1) < 0); /* bytes have no sign */
    string_copy(bytes, "abcdef", 4);
    check_text("abc", bytes);
}

TEST(console_command_line)
{
    char value[40], cut[5];
    check(command_value("test", value, sizeof value) == value);
    check_text("console_command_line", value);
    check_text("cons", command_value("test", cut, sizeof cut));
    check(command_value("tes", value, sizeof value) == NULL);
    check(command_value("nonce", value, sizeof value) == NULL);
}

/* Ring 3 writes records of its own, but only such as have the form of one. */
TEST(console_user_records)
{
    const char good[] = "metric {\"value\":1}";
    char longest[RESULT_USER_MAX + 2];
    check_equal(0, result_user(good, sizeof good - 1));
    const char *const bad[] = {"",    "metric",    "metric ", "metric {",     "{}",
                               " {}", "Metric {}", "a b {}",  "end {}\n@n1 0"};
    for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
        check_equal(E_INVAL, result_user(bad[i], strlen(bad[i])));
    memset(longest, ' ', sizeof longest);
    memcpy(longest, "note {", 6);
    longest[RESULT_USER_MAX - 1] = longest[RESULT_USER_MAX] = '}';
    check_equal(0, result_user(longest, RESULT_USER_MAX));
    check_equal(E_INVAL, result_user(longest, RESULT_USER_MAX + 1));
}
