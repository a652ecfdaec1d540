/* Text from a format, as C's printf makes it, for the few conversions that the kernel uses. */
#include "console.h"
#include "string.h"

struct text {
    char *to;
    size_t size;   /* of `to`, the NUL included */
    size_t length; /* of the whole text, also where `to` is too small */
};

struct conversion {
    bool left, zeros, wide; /* - 0 l */
    unsigned width;
};

static void
text_put(struct text *text, char c)
{
    if (text->length + 1 < text->size)
        text->to[text->length] = c;
    text->length++;
}

static void
text_pad(struct text *text, char c, size_t count)
{
    while (count-- > 0)
        text_put(text, c);
}

/* Puts a sign (or a prefix) and the characters, padded to the width. */
static void
text_field(struct text *text, const struct conversion *how, const char *sign, const char *body, size_t length)
{
    size_t whole = strlen(sign) + length;
    size_t pad = how->width > whole ? how->width - whole : 0;
    if (!how->left && !how->zeros)
        text_pad(text, ' ', pad);
    for (; *sign != '\0'; sign++)
        text_put(text, *sign);
    if (!how->left && how->zeros)
        text_pad(text, '0', pad);
    for (size_t i = 0; i < length; i++)
        text_put(text, body[i]);
    if (how->left)
        text_pad(text, ' ', pad);
}

static void
text_number(struct text *text, const struct conversion *how, const char *sign, uint64_t value, unsigned base)
{
    char digits[20]; /* 2^64 has so many decimal ones */
    size_t first = sizeof digits;
    do {
        digits[--first] = "0123456789abcdef"[value % base];
        value /= base;
    } while (value != 0);
    text_field(text, how, sign, digits + first, sizeof digits - first);
}

/* Reads flags, width and length at `format`; returns where the letter stands. */
static const char *
conversion_parse(struct conversion *how, const char *format)
{
    *how = (struct conversion){};
    for (; *format == '-' || *format == '0'; format++) {
        how->left |= *format == '-';
        how->zeros |= *format == '0';
    }
    for (; *format >= '0' && *format <= '9'; format++)
        how->width = how->width * 10 + (unsigned)(*format - '0');
    for (; *format == 'l'; format++)
        how->wide = true;
    return format;
}

size_t
format_arguments(char *to, size_t size, const char *format, va_list arguments)
{
    struct text text = {to, size, 0};
    struct conversion how;
    for (; *format != '\0'; format++) {
        if (*format != '%') {
            text_put(&text, *format);
            continue;
        }
        format = conversion_parse(&how, format + 1);
        if (*format == 'd') {
            int64_t value = how.wide ? va_arg(arguments, long) : va_arg(arguments, int);
            uint64_t amount = value < 0 ? -(uint64_t)value : (uint64_t)value;
            text_number(&text, &how, value < 0 ? "-" : "", amount, 10);
        } else if (*format == 'u' || *format == 'x') {
            uint64_t value = how.wide ? va_arg(arguments, unsigned long) : va_arg(arguments, unsigned);
            text_number(&text, &how, "", value, *format == 'x' ? 16 : 10);
        } else if (*format == 'p') {
            text_number(&text, &how, "0x", (uint64_t)va_arg(arguments, void *), 16);
        } else if (*format == 's') {
            const char *string = va_arg(arguments, const char *);
            text_field(&text, &how, "", string, strlen(string));
        } else {
            char c = *format == 'c' ? (char)va_arg(arguments, int) : *format;
            text_field(&text, &how, "", &c, 1);
        }
    }
    to[text.length < size ? text.length : size - 1] = '\0';
    return text.length;
}

size_t
format_text(char *to, size_t size, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t length = format_arguments(to, size, format, arguments);
    va_end(arguments);
    return length;
}
