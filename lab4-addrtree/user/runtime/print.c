/* A small printf over debug_write: a text is made whole, then written by one call, so that texts of several
 * cores do not mix. */
#include "print.h"

#include <stdbool.h>

#include "calls.h"

#define TEXT_MOST 512 /* what debug_write takes at once */

struct text {
    char *to;
    size_t size, length;
};

static void
text_add(struct text *text, char c)
{
    if (text->length + 1 < text->size)
        text->to[text->length++] = c;
}

static void
text_add_string(struct text *text, const char *s)
{
    while (*s != '\0')
        text_add(text, *s++);
}

static void
text_add_number(struct text *text, uint64_t value, unsigned base)
{
    char digits[20];
    unsigned count = 0;
    do
        digits[count++] = "0123456789abcdef"[value % base];
    while ((value /= base) != 0);
    while (count > 0)
        text_add(text, digits[--count]);
}

/* One conversion; returns the last character of it in the format. */
static const char *
text_convert(struct text *text, const char *format, va_list *arguments)
{
    bool is_long = *format == 'l';
    format += is_long;
    switch (*format) {
    case 'd': {
        int64_t value = is_long ? va_arg(*arguments, long) : va_arg(*arguments, int);
        if (value < 0)
            text_add(text, '-');
        text_add_number(text, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
        break;
    }
    case 'u':
    case 'x':
        text_add_number(text, is_long ? va_arg(*arguments, unsigned long) : va_arg(*arguments, unsigned),
                        *format == 'x' ? 16 : 10);
        break;
    case 'p':
        text_add_string(text, "0x");
        text_add_number(text, (uint64_t)va_arg(*arguments, void *), 16);
        break;
    case 's':
        text_add_string(text, va_arg(*arguments, const char *));
        break;
    case 'c':
        text_add(text, (char)va_arg(*arguments, int));
        break;
    default:
        text_add(text, *format);
    }
    return format;
}

size_t
print_text(char *to, size_t size, const char *format, va_list arguments)
{
    struct text text = {to, size, 0};
    va_list left;
    va_copy(left, arguments);
    for (; *format != '\0'; format++) {
        if (*format == '%' && format[1] != '\0')
            format = text_convert(&text, format + 1, &left);
        else
            text_add(&text, *format);
    }
    va_end(left);
    to[text.length] = '\0';
    return text.length;
}

void
print(const char *format, ...)
{
    char text[TEXT_MOST];
    va_list arguments;
    va_start(arguments, format);
    debug_write(0, text, print_text(text, sizeof(text), format, arguments));
    va_end(arguments);
}

void
record(const char *format, ...)
{
    char text[TEXT_MOST];
    va_list arguments;
    va_start(arguments, format);
    debug_write(1, text, print_text(text, sizeof(text), format, arguments));
    va_end(arguments);
}
