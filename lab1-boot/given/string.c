/* The C string functions, of the kernel and of its loader, which has words of 32 bits. Copying and filling use the
 * processor's string instructions: a byte a turn in the manual's words, whole lines in any processor made since 2013
 * (SDM vol. 1, 7.3.9.3). */
#include "string.h"

#include "types.h"

void *
memcpy(void *to, const void *from, size_t bytes)
{
    void *start = to;
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes)::"memory");
    return start;
}

void *
memset(void *to, int byte, size_t bytes)
{
    void *start = to;
    size_t words = bytes / sizeof(size_t);
    bytes %= sizeof(size_t);
    __asm__ volatile("rep stos %[word], %%es:(%[to])"
                     : [to] "+D"(to), "+c"(words)
                     : [word] "a"((uint8_t)byte * (SIZE_MAX / UINT8_MAX)) /* the byte in each place */
                     : "memory");
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(byte) : "memory");
    return start;
}

void *
memmove(void *to, const void *from, size_t bytes)
{
    char *target = to;
    const char *source = from;
    if ((uintptr_t)target - (uintptr_t)source >= bytes) /* wraps around where the target lies below */
        return memcpy(to, from, bytes);
    while (bytes-- > 0)
        target[bytes] = source[bytes];
    return to;
}

int
memcmp(const void *a, const void *b, size_t bytes)
{
    const uint8_t *left = a, *right = b;
    for (size_t i = 0; i < bytes; i++)
        if (left[i] != right[i])
            return left[i] - right[i];
    return 0;
}

size_t
strlen(const char *s)
{
    size_t length = 0;
    while (s[length] != '\0')
        length++;
    return length;
}

int
strncmp(const char *a, const char *b, size_t most)
{
    for (size_t i = 0; i < most; i++) {
        if (a[i] != b[i])
            return (uint8_t)a[i] - (uint8_t)b[i];
        if (a[i] == '\0')
            break;
    }
    return 0;
}

int
strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

void
string_copy(char *to, const char *from, size_t size)
{
    size_t i = 0;
    for (; i + 1 < size && from[i] != '\0'; i++)
        to[i] = from[i];
    to[i] = '\0';
}
